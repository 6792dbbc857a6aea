// Loops that call models.

#include <algorithm>
#include <set>

#include "compiler/sema/lint.h"
#include "compiler/sema/typed_walk.h"

namespace plait::sema {
namespace {

class LoopLinter {
 public:
  LoopLinter(Program& program, const Function& function, const std::vector<bool>& calls_model)
      : program_(program),
        function_(function),
        calls_model_(calls_model),
        has_call_(Holds(function, [&](const Expr& expr) { return IsModelCall(expr, calls_model); })) {}

  void Run() {
    for (const Expr& expr : function_.exprs) {
      if (const auto* loop = std::get_if<Comprehension>(&expr.node); loop != nullptr && has_call_[loop->element.index]) {
        LintLoop(*loop, expr.span);
      }
    }
  }

 private:
  void LintLoop(const Comprehension& loop, const Span& span) {
    varying_.clear();
    bool is_stream = false;
    for (const ForClause& clause : loop.clauses) {
      varying_.insert(clause.item);
      is_stream = is_stream || function_.exprs[clause.source].type.Is(TypeKind::Stream);
      if (clause.index) {
        varying_.insert(*clause.index);
      }
    }
    some_call_varies_ = false;
    Varies(loop.element, true);
    if (some_call_varies_ && !is_stream) {
      program_.reporter.Report(
          MakeDiagnostic(DiagnosticKind::BatchedLoop, span, "the calls of this loop do not depend on each other and run as one batch"));
    }
  }

  /// Whether the value differs from item to item. With `judges`, says what that means for the outermost calls in it.
  bool Varies(ExprId id, bool judges) {
    const Expr& expr = function_.exprs[id];
    if (const auto* local = std::get_if<LocalRef>(&expr.node)) {
      return varying_.contains(local->local);
    }
    bool is_call = IsModelCall(expr, calls_model_);
    // Another loop judges its own element.
    bool judges_inside = judges && !is_call && !std::holds_alternative<Comprehension>(expr.node);
    bool varies = false;
    if (const auto* branch = std::get_if<If>(&expr.node)) {
      varies = Varies(branch->condition, judges_inside);
      for (const Block* block : {&branch->then_block, &branch->else_block}) {
        varies = BlockVaries(*block, judges_inside) || varies;
      }
    } else if (const auto* let_in = std::get_if<LetIn>(&expr.node)) {
      varies = BlockVaries(let_in->block, judges_inside);
    } else if (const auto* rounds = std::get_if<Repeat>(&expr.node)) {
      // The state differs from round to round, which says nothing of the items of the loop around.
      varies = Varies(rounds->initial, judges_inside);
      varying_.insert(rounds->state);
      varies = Varies(rounds->condition, false) || varies;
      varies = BlockVaries(rounds->body, judges_inside) || varies;
    } else {
      ForEachChild(expr, [&](ExprId child) { varies = Varies(child, judges_inside) || varies; });
    }
    if (judges && is_call) {
      Judge(expr, varies);
    }
    return varies;
  }

  bool BlockVaries(const Block& block, bool judges) {
    for (const Block::Let& let : block.lets) {
      if (Varies(let.value, judges)) {
        varying_.insert(let.local);
      }
    }
    return Varies(block.value, judges);
  }

  void Judge(const Expr& call, bool varies) {
    some_call_varies_ = some_call_varies_ || varies;
    if (!varies) {
      program_.reporter.Report(
          MakeDiagnostic(DiagnosticKind::SameSample, call.span, "this call is the same for every item of the loop")
              .Note("equal calls are one call; for different samples give each its own `seed`, such as the item's index"));
    }
  }

  Program& program_;
  const Function& function_;
  const std::vector<bool>& calls_model_;
  std::vector<bool> has_call_;
  std::set<LocalId> varying_;
  bool some_call_varies_ = false;
};

}  // namespace

void LintLoops(Program& program, const Function& function, const std::vector<bool>& calls_model) {
  LoopLinter(program, function, calls_model).Run();
}

}  // namespace plait::sema
