// The expressions that stand directly in an expression.
#pragma once

#include <type_traits>
#include <variant>

#include "compiler/syntax/ast.h"

namespace plait::ast {

/// Calls `visit(ExprId)` for each direct child of the expression, in the order of the text.
/// Longer than most, because it has a case for each kind of expression.
template <class Visit>
void ForEachChild(const Expr& expr, Visit visit) {
  auto visit_optional = [&](const std::optional<ExprId>& child) {
    if (child) {
      visit(*child);
    }
  };
  auto visit_arguments = [&](const std::vector<Argument>& arguments) {
    for (const Argument& argument : arguments) {
      visit(argument.value);
    }
  };
  auto visit_block = [&](const Block& block) {
    for (const Let& let : block.lets) {
      visit(let.value);
    }
    visit(block.value);
  };
  auto visit_guards = [&](const Guards& guards) {
    visit_optional(guards.within);
    visit_optional(guards.retry);
    visit_optional(guards.otherwise);
  };
  auto visit_all = [&](const std::vector<ExprId>& children) {
    for (ExprId child : children) {
      visit(child);
    }
  };
  auto visit_node = [&](const auto& node) {
    using Node = std::decay_t<decltype(node)>;
    if constexpr (std::is_same_v<Node, FormatString>) {
      visit_all(node.values);
    } else if constexpr (std::is_same_v<Node, Parenthesized>) {
      visit(node.inner);
    } else if constexpr (std::is_same_v<Node, List>) {
      visit_all(node.items);
    } else if constexpr (std::is_same_v<Node, Comprehension>) {
      visit(node.element);
      for (const ForClause& clause : node.clauses) {
        visit(clause.source);
        visit_optional(clause.condition);
      }
    } else if constexpr (std::is_same_v<Node, Brace>) {
      for (const BraceField& field : node.fields) {
        visit(field.value);
      }
    } else if constexpr (std::is_same_v<Node, If>) {
      visit(node.condition);
      visit_block(node.then_block);
      visit_block(node.else_block);
    } else if constexpr (std::is_same_v<Node, Match>) {
      visit(node.subject);
      for (const Arm& arm : node.arms) {
        for (const Pattern& pattern : arm.patterns) {
          if (const auto* literal = std::get_if<ExprId>(&pattern.node)) {
            visit(*literal);
          }
        }
        visit_optional(arm.condition);
        visit_block(arm.body);
      }
    } else if constexpr (std::is_same_v<Node, Repeat>) {
      visit(node.bound);
      visit(node.initial);
      visit(node.condition);
      visit_block(node.body);
    } else if constexpr (std::is_same_v<Node, Field>) {
      visit(node.base);
    } else if constexpr (std::is_same_v<Node, Call>) {
      visit(node.callee);
      visit_arguments(node.arguments);
    } else if constexpr (std::is_same_v<Node, Index>) {
      visit(node.base);
      visit(node.index);
    } else if constexpr (std::is_same_v<Node, Unary> || std::is_same_v<Node, Cast>) {
      visit(node.operand);
    } else if constexpr (std::is_same_v<Node, Binary>) {
      visit(node.left);
      visit(node.right);
    } else if constexpr (std::is_same_v<Node, Guarded>) {
      visit(node.operand);
      visit_guards(node.guards);
    } else if constexpr (std::is_same_v<Node, Pipe>) {
      visit(node.left);
      visit_arguments(node.arguments);
      if (node.guards) {
        visit_guards(*node.guards);
      }
    }
  };
  std::visit(visit_node, expr.node);
}

}  // namespace plait::ast
