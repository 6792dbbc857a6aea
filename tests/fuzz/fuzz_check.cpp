// Fuzzes the compiler from end to end: any bytes give diagnostics that can be shown, or a plan that is sound and reads back.
#include "compiler/diagnostics/render.h"
#include "compiler/driver/compilation.h"
#include "compiler/plan/text.h"
#include "tests/fuzz/fuzz.h"

namespace {

plait::CompileOptions Options() {
  plait::CompileOptions options;
  options.machine.cores = 2;
  options.machine.core_read_bandwidth = 20e9;
  options.machine.read_bandwidth = 30e9;
  options.machine.core_fp32_peak = 100e9;
  options.machine.memory = 16'000'000'000;
  return options;
}

void RequireSound(const plait::plan::Plan& plan) {
  std::string fault = plait::plan::Verify(plan);
  plait::fuzz::Require(fault.empty(), "the plan is sound: " + fault);
  plait::Result<plait::plan::Plan> read = plait::plan::Read(plait::plan::Write(plan), "fuzz.plan");
  plait::fuzz::Require(read.ok(), "the plan's text can be read");
  plait::fuzz::Require(*read == plan, "the plan's text reads back to the same plan");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  plait::InMemoryFileSystem files;
  files.Add("fuzz.graph", plait::fuzz::TextOf(data, size));
  plait::Result<plait::Compilation> compilation = plait::Compile(files, "fuzz.graph", Options());
  plait::fuzz::Require(compilation.ok(), "a file that is there can be compiled");
  for (plait::DiagnosticFormat format : {plait::DiagnosticFormat::Human, plait::DiagnosticFormat::Short, plait::DiagnosticFormat::Json}) {
    plait::RenderDiagnostics(compilation->sources, compilation->diagnostics.diagnostics(), {format, true});
  }
  plait::fuzz::Require(compilation->diagnostics.has_errors() || compilation->plan, "a source without errors has a plan");
  if (compilation->typed) {
    plait::Emit(*compilation, plait::Stop::Typed);
  }
  if (compilation->graph) {
    plait::Emit(*compilation, plait::Stop::Ir);
  }
  if (compilation->plan) {
    RequireSound(*compilation->plan);
  }
  return 0;
}
