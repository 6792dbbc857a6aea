// What is the same for every item of a map, computed once.
#pragma once

#include "compiler/ir/graph.h"

namespace plait {

/// Before: a map's body or condition may call a model with arguments that depend on no item. After: such a call, and what it alone
/// uses, stands before the map. It may then be computed although the map has no items; sinking puts it under the condition that it has.
/// Calls in a branch within the body stay, as do operations that call nothing. Needs a graph without calls of functions.
ir::Graph HoistFromMaps(ir::Graph graph);

}  // namespace plait
