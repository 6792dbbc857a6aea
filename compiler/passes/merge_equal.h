// Equal values, computed once.
#pragma once

#include "compiler/ir/graph.h"

namespace plait {

/// Before: several nodes may have one value. After: a node that equals one which stands before it in its region, or in a region around
/// it, is gone and its users use that one. Calls of models too: equal calls in one request are one call. Branches and maps are equal
/// where what they yield is.
ir::Graph MergeEqual(ir::Graph graph);

}  // namespace plait
