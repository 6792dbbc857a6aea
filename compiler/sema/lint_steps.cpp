// Steps that the text puts in sequence though nothing makes one wait for the other.

#include <set>

#include "compiler/sema/lint.h"
#include "compiler/sema/typed_walk.h"

namespace plait::sema {
namespace {

class StepLinter {
 public:
  StepLinter(Program& program, const Function& function, const std::vector<bool>& calls_model)
      : program_(program),
        function_(function),
        calls_model_(calls_model),
        has_call_(Holds(function, [&](const Expr& expr) { return IsModelCall(expr, calls_model); })) {}

  void Run() {
    LintBlock(function_.body);
    for (const Expr& expr : function_.exprs) {
      if (const auto* branch = std::get_if<If>(&expr.node)) {
        LintBlock(branch->then_block);
        LintBlock(branch->else_block);
      }
    }
  }

 private:
  /// Reports the first let with a call whose value no other step needs: it is only part of the result, beside a later call.
  void LintBlock(const Block& block) {
    if (block.lets.empty()) {
      return;
    }
    needed_.clear();
    returned_.clear();
    for (const Block::Let& let : block.lets) {
      Walk(let.value, true);
    }
    Walk(block.value, false);
    for (size_t i = 0; i < block.lets.size(); ++i) {
      const Block::Let& let = block.lets[i];
      if (!has_call_[let.value.index] || needed_.contains(let.local) || !returned_.contains(let.local)) {
        continue;
      }
      if (std::optional<Span> next = NextCall(block, i + 1)) {
        const Span& name = function_.locals[let.local].span;
        program_.reporter.Report(
            MakeDiagnostic(DiagnosticKind::IndependentSteps, name, "these two steps do not depend on each other and run at the same time")
                .UnderCaret("not used by the next step, only returned")
                .Also(*next, "does not wait for it"));
        return;
      }
    }
  }

  /// Where the next step with a call begins, in the lets from `first` on or in the result.
  std::optional<Span> NextCall(const Block& block, size_t first) {
    for (size_t i = first; i < block.lets.size(); ++i) {
      if (has_call_[block.lets[i].value.index]) {
        return function_.locals[block.lets[i].local].span;
      }
    }
    return FirstCall(block.value);
  }

  std::optional<Span> FirstCall(ExprId id) {
    const Expr& expr = function_.exprs[id];
    if (!has_call_[id.index] || IsModelCall(expr, calls_model_)) {
      return has_call_[id.index] ? std::optional(expr.span) : std::nullopt;
    }
    std::optional<Span> found;
    ForEachChild(expr, [&](ExprId child) { found = found ? found : FirstCall(child); });
    return found;
  }

  /// Notes the locals of an expression. Something waits for one in a let, in a call's arguments, or where it decides about a call.
  void Walk(ExprId id, bool is_needed) {
    const Expr& expr = function_.exprs[id];
    if (const auto* local = std::get_if<LocalRef>(&expr.node)) {
      (is_needed ? needed_ : returned_).insert(local->local);
      return;
    }
    bool decides = std::holds_alternative<If>(expr.node) || std::holds_alternative<Comprehension>(expr.node) ||
                   std::holds_alternative<Repeat>(expr.node);
    bool needs = is_needed || IsModelCall(expr, calls_model_) || (decides && has_call_[id.index]);
    ForEachChild(expr, [&](ExprId child) { Walk(child, needs); });
  }

  Program& program_;
  const Function& function_;
  const std::vector<bool>& calls_model_;
  std::vector<bool> has_call_;
  std::set<LocalId> needed_;
  std::set<LocalId> returned_;
};

}  // namespace

void LintSteps(Program& program, const Function& function, const std::vector<bool>& calls_model) {
  if (function.body.value.has_value()) {
    StepLinter(program, function, calls_model).Run();
  }
}

}  // namespace plait::sema
