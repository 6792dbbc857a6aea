// Fuzzes the lexer: any bytes give tokens that follow each other, the last one the end of the file.
#include "compiler/syntax/lex.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using plait::fuzz::Require;
  plait::SourceManager sources;
  plait::DiagnosticList diagnostics;
  plait::FileId file = sources.Add("fuzz.graph", plait::fuzz::TextOf(data, size));
  plait::TokenBuffer buffer = plait::Lex(sources, file, diagnostics);
  uint32_t end = 0;
  for (const plait::Token& token : buffer.tokens) {
    Require(end <= token.begin && token.begin <= token.end && token.end <= size, "tokens follow each other");
    end = token.end;
  }
  Require(buffer.tokens.back().kind == plait::TokenKind::EndOfFile, "the last token is the end of the file");
  Require(buffer.has_errors == diagnostics.has_errors(), "the tokens are marked where there are errors");
  plait::Dump(sources, buffer);
  return 0;
}
