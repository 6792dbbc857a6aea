// What the kinds of nodes are called.
#pragma once

#include <string_view>

#include "compiler/ir/graph.h"

namespace plait::ir {

/// As in node_kinds.def: "if".
std::string_view NodeKindName(NodeKind kind);

}  // namespace plait::ir
