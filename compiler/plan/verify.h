// The first inconsistency of a plan, with the place where it is.
#pragma once

#include <optional>
#include <string>

#include "compiler/plan/plan.h"

namespace plait::plan {

/// The innermost place that is set is where the fault is.
struct Fault {
  std::string message;
  std::optional<size_t> model;
  std::optional<size_t> entry;
  std::optional<size_t> stage;
};

std::optional<Fault> FindFault(const Plan& plan);

// The parts, in the order in which they must be asked: each needs the ones before it to find nothing.

/// Whether a type is whole and all that it names is declared.
std::optional<std::string> FindTypeFault(const Type& type, const TypeTable& types);
/// The same of all types in an expression.
std::optional<std::string> FindTypeFault(const Expr& expr, const TypeTable& types);
/// What is wrong with the expression itself, whatever its values are.
std::optional<std::string> FindExprFault(const Expr& expr);
/// What is wrong with the stages as a tree: fields, ids, threads.
std::optional<Fault> FindStageFault(const Plan& plan, const Entry& entry);
/// What is wrong with the order of writes, reads and frees.
std::optional<Fault> FindValueFault(const Entry& entry);

/// Every stage that this one runs, in the order in which it may run them.
std::vector<StageId> ChildrenOf(const Stage& stage);

}  // namespace plait::plan
