// What is the same for every item of a map or every round of a loop, computed once.
#pragma once

#include "compiler/ir/graph.h"

namespace plait {

/// Before: the body or condition of a map or a loop may call a model with arguments that depend on no item or state. After: such a call,
/// and what it alone uses, stands before the map or loop. It may then be computed although the map has no items; sinking puts it under
/// the condition that it has. Calls in a branch or a guard within the body stay, though a whole guard may leave; so do operations that
/// call nothing. Needs a graph without calls of functions, and loops of one round without a condition that calls.
ir::Graph HoistFromMaps(ir::Graph graph);

}  // namespace plait
