// Fuzzes the parser: any bytes give a tree that can be walked and diagnostics that can be shown.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "compiler/diagnostics/render.h"
#include "compiler/syntax/lex.h"
#include "compiler/syntax/parse.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  plait::SourceManager sources;
  plait::DiagnosticList diagnostics;
  plait::FileId file = sources.Add("fuzz.graph", std::string(reinterpret_cast<const char*>(data), size));
  plait::ast::Module module = plait::Parse(sources, plait::Lex(sources, file, diagnostics), diagnostics);
  if (module.has_errors != diagnostics.has_errors()) {
    std::abort();
  }
  plait::ast::Dump(module);
  for (plait::DiagnosticFormat format : {plait::DiagnosticFormat::Human, plait::DiagnosticFormat::Short, plait::DiagnosticFormat::Json}) {
    plait::RenderDiagnostics(sources, diagnostics.diagnostics(), {format, true});
  }
  return 0;
}
