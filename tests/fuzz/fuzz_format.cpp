// Fuzzes the formatter: the form of any text without faults has the same tree, and has its own form already.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>

#include "compiler/format/format.h"
#include "compiler/syntax/lex.h"
#include "compiler/syntax/parse.h"

namespace {

struct Formatted {
  bool is_faulty = false;
  std::string text;
  std::string tree;
};

Formatted FormatText(std::string text, uint32_t width) {
  plait::SourceManager sources;
  plait::DiagnosticList diagnostics;
  plait::TokenBuffer tokens = plait::Lex(sources, sources.Add("fuzz.graph", std::move(text)), diagnostics);
  plait::ast::Module module = plait::Parse(sources, tokens, diagnostics);
  if (module.has_errors) {
    return {true, "", ""};
  }
  return {false, plait::Format(sources, tokens, module, {width}), plait::ast::Dump(module)};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  for (uint32_t width : {100U, 10U}) {
    Formatted once = FormatText(std::string(reinterpret_cast<const char*>(data), size), width);
    if (once.is_faulty) {
      return 0;
    }
    Formatted twice = FormatText(once.text, width);
    if (twice.is_faulty || twice.tree != once.tree || twice.text != once.text) {
      std::abort();
    }
  }
  return 0;
}
