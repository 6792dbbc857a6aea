// Equal values, computed once.
#pragma once

#include "compiler/ir/graph.h"

namespace plait {

/// Before: several nodes may have one value. After: a node that equals one which stands before it in its region, or in a region around
/// it, is gone and its users use that one. Calls of models too: equal calls in one request are one call. Branches, maps,
/// loops and guards are equal where what they yield is. What may fail becomes nothing that stands on the other side of a guard.
ir::Graph MergeEqual(ir::Graph graph);

}  // namespace plait
