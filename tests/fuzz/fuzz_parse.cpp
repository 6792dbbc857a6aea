// Fuzzes the parser: any bytes give a tree that can be walked and diagnostics that can be shown.
#include "compiler/diagnostics/render.h"
#include "compiler/syntax/lex.h"
#include "compiler/syntax/parse.h"
#include "tests/fuzz/fuzz.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  plait::SourceManager sources;
  plait::DiagnosticList diagnostics;
  plait::FileId file = sources.Add("fuzz.graph", plait::fuzz::TextOf(data, size));
  plait::ast::Module module = plait::Parse(sources, plait::Lex(sources, file, diagnostics), diagnostics);
  plait::fuzz::Require(module.has_errors == diagnostics.has_errors(), "the tree is marked where there are errors");
  plait::ast::Dump(module);
  for (plait::DiagnosticFormat format : {plait::DiagnosticFormat::Human, plait::DiagnosticFormat::Short, plait::DiagnosticFormat::Json}) {
    plait::RenderDiagnostics(sources, diagnostics.diagnostics(), {format, true});
  }
  return 0;
}
