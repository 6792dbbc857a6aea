// The `given`s of tests: those whose call the test never makes.

#include <algorithm>

#include "compiler/sema/lint.h"

namespace plait::sema {
namespace {

class GivenLinter {
 public:
  GivenLinter(Program& program, const Test& test) : program_(program), module_(program.result), test_(test) {}

  void Run() {
    Visit(test_.body);
    for (size_t i = 0; i < test_.givens.size(); ++i) {
      const Given& given = test_.givens[i];
      std::string name = NameOf(given.callee);
      if (!IsReached(given.callee)) {
        program_.reporter.Report(
            MakeDiagnostic(DiagnosticKind::GivenUnused, given.span, "the test {} never calls `{}`", QuoteJson(test_.name), name)
                .Fix("remove it, or call what it answers"));
        continue;
      }
      auto first = std::find_if(test_.givens.begin(), test_.givens.begin() + static_cast<ptrdiff_t>(i),
                                [&](const Given& earlier) { return Covers(earlier, given); });
      if (first != test_.givens.begin() + static_cast<ptrdiff_t>(i)) {
        program_.reporter.Report(
            MakeDiagnostic(DiagnosticKind::GivenUnused, given.span, "this answers no call of `{}`: an earlier `given` answers first", name)
                .Also(first->span, "this one")
                .Fix("let the one with more arguments stand first"));
      }
    }
  }

 private:
  /// What a call of the test may reach. Behind an api that is answered nothing is called.
  void Visit(const Function& function) {
    for (const Expr& expr : function.exprs) {
      if (const auto* model = std::get_if<CallModel>(&expr.node)) {
        reached_.push_back({std::nullopt, model->model, model->method});
      }
      const auto* call = std::get_if<CallFunction>(&expr.node);
      if (call == nullptr || !entered_.insert(call->function.index).second) {
        continue;
      }
      TestedCall api{call->function, {}, 0};
      reached_.push_back(api);
      if (std::ranges::none_of(test_.givens, [&](const Given& given) { return given.callee == api; })) {
        Visit(module_.functions[call->function]);
      }
    }
  }

  [[nodiscard]] bool IsReached(const TestedCall& callee) const {
    return std::ranges::any_of(reached_, [&](const TestedCall& reached) { return IsSame(reached, callee); });
  }

  /// Equal models are one model, whatever service declares them.
  [[nodiscard]] bool IsSame(const TestedCall& a, const TestedCall& b) const {
    if (a.api || b.api || a.method != b.method) {
      return a == b;
    }
    const Model& first = module_.models[a.model];
    const Model& second = module_.models[b.model];
    return first.task == second.task && first.source == second.source && first.location == second.location &&
           first.revision == second.revision && first.options == second.options;
  }

  [[nodiscard]] bool Covers(const Given& earlier, const Given& later) const {
    return IsSame(earlier.callee, later.callee) &&
           std::ranges::equal(earlier.arguments, later.arguments,
                              [](const auto& wide, const auto& narrow) { return !wide || wide == narrow; });
  }

  [[nodiscard]] std::string NameOf(const TestedCall& callee) const {
    return callee.api ? QualifiedName(module_, module_.functions[*callee.api])
                      : fmt::format("{}.{}", QualifiedName(module_, module_.models[callee.model]), SignatureOf(module_, callee).name);
  }

  Program& program_;
  const TypedModule& module_;
  const Test& test_;
  std::set<uint32_t> entered_;
  std::vector<TestedCall> reached_;
};

}  // namespace

void LintTests(Program& program) {
  for (const Test& test : program.result.tests) {
    GivenLinter(program, test).Run();
  }
}

}  // namespace plait::sema
