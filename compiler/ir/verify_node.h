// What must hold of one node and what it uses, apart from where it stands.
#pragma once

#include <string>

#include "compiler/ir/graph.h"

namespace plait::ir {

/// Needs every id in the node to be in range, and the regions it owns to be well formed. Returns the first fault in words.
std::string VerifyNode(const Graph& graph, const Function& function, const Node& node);

}  // namespace plait::ir
