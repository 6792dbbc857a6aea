// Which nodes of a function become values of the plan, and which are part of an expression.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/ir/graph.h"

namespace plait::schedule {

enum class NodeRole : uint8_t {
  Unneeded,
  /// Part of the expressions that use it.
  Inline,
  /// Computed once by a compute stage.
  Assigned,
  /// A value that no expression makes: a parameter, or a stage's own: a call, a map, a guard, a loop, an if with one of them inside.
  Effect,
};

/// By node. Expressions that the roles leave are at most 64 operations deep, and no operation stands in them twice except the choice of
/// a field or an item. What may fail and stands outside a guard is no part of an expression inside it.
std::vector<NodeRole> AnalyseNodes(const ir::Function& function);

}  // namespace plait::schedule
