// Which nodes may fail, and so must stay on their side of a guard.
#pragma once

#include <vector>

#include "compiler/ir/graph.h"

namespace plait::ir {

/// Whether computing the node, with what stands in its regions, may fail, given that what it uses was computed. A guard counts as
/// something that may: what becomes of it depends on the deadlines around it.
bool CanFail(const Function& function, const Node& node);

/// The nodes outside the node's regions that the results of those regions depend on, each once. They are computed
/// before a guard, as arguments of what it guards, so that their failures are not its.
std::vector<NodeId> NeededFromOutside(const Function& function, const Node& node);

}  // namespace plait::ir
