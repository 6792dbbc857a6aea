// The parts of a typed expression, in one place for every walk over bodies.
#pragma once

#include <variant>

#include "compiler/sema/typed_module.h"

namespace plait::sema {

/// Calls `visit(ExprId)` for each expression directly inside.
template <class Visit>
class ChildVisitor {
 public:
  explicit ChildVisitor(Visit visit) : visit_(visit) {}

  void In(const Expr& expr) {
    std::visit([&](const auto& node) { Of(node); }, expr.node);
  }
  void In(const Block& block) {
    for (const Block::Let& let : block.lets) {
      visit_(let.value);
    }
    visit_(block.value);
  }

 private:
  void All(const std::vector<ExprId>& ids) {
    for (ExprId id : ids) {
      visit_(id);
    }
  }
  void Of(const Constant& /*node*/) {}
  void Of(const LocalRef& /*node*/) {}
  void Of(const MakeList& node) { All(node.items); }
  void Of(const MakeRecord& node) { All(node.values); }
  void Of(const FieldOf& node) { visit_(node.base); }
  void Of(const Apply& node) { All(node.operands); }
  void Of(const If& node) {
    visit_(node.condition);
    In(node.then_block);
    In(node.else_block);
  }
  void Of(const Comprehension& node) {
    for (const ForClause& clause : node.clauses) {
      visit_(clause.source);
      if (clause.condition) {
        visit_(*clause.condition);
      }
    }
    visit_(node.element);
  }
  void Of(const CallFunction& node) { All(node.arguments); }
  void Of(const CallModel& node) { All(node.arguments); }
  void Of(const LetIn& node) { In(node.block); }
  void Of(const Cast& node) { visit_(node.operand); }
  void Of(const Is& node) { visit_(node.operand); }
  void Of(const Guarded& node) {
    visit_(node.call);
    if (node.fallback) {
      visit_(*node.fallback);
    }
  }
  void Of(const Fails& node) { visit_(node.call); }
  void Of(const Repeat& node) {
    visit_(node.initial);
    visit_(node.condition);
    In(node.body);
  }

  Visit visit_;
};

template <class Visit>
void ForEachChild(const Expr& expr, Visit visit) {
  ChildVisitor<Visit>(visit).In(expr);
}
template <class Visit>
void ForEachChild(const Block& block, Visit visit) {
  ChildVisitor<Visit>(visit).In(block);
}

/// Whether the expression is itself a call that reaches a model; `calls_model` says so of each function.
inline bool IsModelCall(const Expr& expr, const std::vector<bool>& calls_model) {
  const auto* call = std::get_if<CallFunction>(&expr.node);
  return std::holds_alternative<CallModel>(expr.node) || (call != nullptr && calls_model[call->function.index]);
}

/// Whether each expression of a function holds one that `is_wanted`. Needs expressions to stand after their parts, as the checker leaves
/// them.
template <class Predicate>
std::vector<bool> Holds(const Function& function, Predicate is_wanted) {
  std::vector<bool> holds(function.exprs.size());
  for (uint32_t i = 0; i < holds.size(); ++i) {
    const Expr& expr = function.exprs[ExprId{i}];
    bool found = is_wanted(expr);
    ForEachChild(expr, [&](ExprId child) { found = found || holds[child.index]; });
    holds[i] = found;
  }
  return holds;
}

}  // namespace plait::sema
