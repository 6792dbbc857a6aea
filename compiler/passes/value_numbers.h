// Which nodes of a function have equal values.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/ir/graph.h"

namespace plait {

/// By node: a number that it shares with the nodes that are equal in kind, type and all that they use, branches and maps by what their
/// regions yield. A parameter is told by how many regions are around its own: of two regions equally deep at most one is around any node,
/// so among what one place sees, equal numbers are equal values.
std::vector<uint32_t> NumberValues(const ir::Function& function);

}  // namespace plait
