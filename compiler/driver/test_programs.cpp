#include "compiler/driver/test_programs.h"

#include "compiler/lower/build_graph.h"
#include "compiler/lower/build_test_graph.h"
#include "compiler/schedule/make_plan.h"

namespace plait {
namespace {

/// On one line, with what follows `expect`.
std::string TextOf(const SourceManager& sources, const Span& span) {
  std::string text;
  bool after_space = false;
  for (char c : sources.Text(span.file).substr(span.begin, span.end - span.begin)) {
    bool is_space = c == ' ' || c == '\n' || c == '\t' || c == '\r';
    if (is_space) {
      after_space = true;
      continue;
    }
    text += after_space && !text.empty() ? " " : "";
    text += c;
    after_space = false;
  }
  constexpr std::string_view kWord = "expect ";
  return text.starts_with(kWord) ? text.substr(kWord.size()) : text;
}

/// Nothing runs on it but answers; its rates only have to be some.
Machine TestMachine() {
  Machine machine;
  machine.cores = 1;
  return machine;
}

TestProgram PlanTest(const Compilation& compilation, const ir::Graph& whole, const sema::Test& test, const PassOptions& passes) {
  TestProgram program;
  program.name = test.name;
  program.place = compilation.sources.Place(test.span);
  TestGraph built = BuildTestGraph(*compilation.typed, whole, test);
  PlanInputs inputs;
  inputs.machine = TestMachine();
  ir::Graph graph = RunPasses(std::move(built.graph), passes);
  inputs.facts.resize(graph.models.size());
  DiagnosticList unread;  // what is said of missing models means nothing here
  program.plan = MakePlan(graph, inputs, compilation.sources, unread);
  for (size_t i = 0; i < test.givens.size(); ++i) {
    const sema::Given& given = test.givens[i];
    TestAnswer answer{built.givens[i].model, built.givens[i].method, {}, given.answer};
    const sema::Signature& signature = SignatureOf(*compilation.typed, given.callee);
    for (size_t parameter = 0; parameter < given.arguments.size(); ++parameter) {
      if (given.arguments[parameter]) {
        answer.arguments.emplace_back(signature.parameters[parameter].name, *given.arguments[parameter]);
      }
    }
    program.answers.push_back(std::move(answer));
  }
  for (size_t i = 0; i < test.expects.size(); ++i) {
    const sema::Expect& expect = test.expects[i];
    program.expectations.push_back({expect.kind, TextOf(compilation.sources, expect.span), expect.failure, expect.is_wanted,
                                    built.counted[i].model, built.counted[i].method, expect.comparison, expect.count,
                                    compilation.sources.Place(expect.span)});
  }
  return program;
}

}  // namespace

std::vector<TestProgram> PlanTests(const Compilation& compilation, const PassOptions& passes) {
  std::vector<TestProgram> programs;
  ir::Graph whole = BuildGraph(*compilation.typed);
  for (const sema::Test& test : compilation.typed->tests) {
    programs.push_back(PlanTest(compilation, whole, test, passes));
  }
  return programs;
}

}  // namespace plait
