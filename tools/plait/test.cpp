// plait test
#include <fmt/format.h>

#include "compiler/base/output_file.h"
#include "compiler/driver/test_programs.h"
#include "tools/plait/test_report.h"
#include "tools/plait/verb.h"

namespace plait {
namespace {

constexpr OptionSpec kOptions[] = {{"--filter", true, ""}, {"--junit", true, ""}, {"--disable-pass", true, ""}, {"--quiet", false, ""}};

constexpr std::string_view kHelp = R"(plait test FILE... [options]

Runs the tests that stand in the files: `test "…" { given … let … expect … }`. No model is loaded; each call is answered
by the first `given` that matches. Every test is a request of its own, on the plan that the compiler makes for it.

  --filter TEXT   only tests whose name contains the text
  --junit FILE    also write the results as JUnit XML
  --disable-pass NAME
                  plan without an optional pass (may be repeated); the results are the same
  --quiet         print only tests that fail

Exits with 1 if a test fails or a file has faults.

examples
  plait test graphs/cascade.graph
  plait test --quiet --junit build/tests.xml graphs/*.graph
)";

/// Adds the outcomes of a file's tests. False where the file has faults, which are printed then.
bool RunFile(const World& world, const std::string& path, const std::string& filter, const PassOptions& passes, ThreadPool& pool,
             std::vector<ReportedTest>& tests) {
  CompileOptions options;
  options.stop = Stop::Typed;
  Result<Compilation> compilation = Compile(*world.files, path, options);
  if (!compilation.ok()) {
    Fail(world, compilation.error());
    return false;
  }
  if (compilation->diagnostics.has_errors()) {
    DiagnosticFilter filter_errors;
    filter_errors.only_errors = true;
    std::vector<Diagnostic> errors = Filter(compilation->diagnostics.diagnostics(), filter_errors);
    PrintError(RenderDiagnostics(compilation->sources, errors, {DiagnosticFormat::Human, world.colour_err}));
    return false;
  }
  for (const TestProgram& program : PlanTests(*compilation, passes)) {
    if (program.name.find(filter) != std::string::npos) {
      tests.push_back({path, program.name, program.place, RunTest(program, pool)});
    }
  }
  return true;
}

int RunTests(const World& world, const Arguments& arguments) {
  if (arguments.positional.empty()) {
    return UsageError("test", "name a .graph file");
  }
  PassChoice passes = ChosenPasses(arguments);
  if (!passes.fault.empty()) {
    return UsageError("test", passes.fault);
  }
  ThreadPool pool(1);
  std::vector<ReportedTest> tests;
  bool is_fine = true;
  for (const std::string& path : arguments.positional) {
    is_fine = RunFile(world, path, std::string(arguments.Get("--filter")), passes.passes, pool, tests) && is_fine;
  }
  Print(RenderTests(tests, arguments.Has("--quiet"), world.colour_out));
  if (arguments.Has("--junit")) {
    Result<void> written = WriteFileWhole(std::string(arguments.Get("--junit")), RenderJUnit(tests));
    if (!written.ok()) {
      return Fail(world, written.error());
    }
  }
  for (const ReportedTest& test : tests) {
    is_fine = is_fine && test.outcome.passed();
  }
  return is_fine ? kFine : kFaults;
}

}  // namespace

const Verb kTestVerb = {"test", "run the tests that stand in a graph, without its models", kHelp, kOptions, RunTests};

}  // namespace plait
