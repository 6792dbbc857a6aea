// Fuzzes the lexer: any bytes give tokens that follow each other, the last one the end of the file.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "compiler/syntax/lex.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  plait::SourceManager sources;
  plait::DiagnosticList diagnostics;
  plait::FileId file = sources.Add("fuzz.graph", std::string(reinterpret_cast<const char*>(data), size));
  plait::TokenBuffer buffer = plait::Lex(sources, file, diagnostics);
  uint32_t end = 0;
  for (const plait::Token& token : buffer.tokens) {
    if (token.begin < end || token.end < token.begin || token.end > size) {
      std::abort();
    }
    end = token.end;
  }
  if (buffer.tokens.back().kind != plait::TokenKind::EndOfFile || buffer.has_errors != diagnostics.has_errors()) {
    std::abort();
  }
  plait::Dump(sources, buffer);
  return 0;
}
