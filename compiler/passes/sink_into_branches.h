// What is needed only sometimes moves to where it is needed.
#pragma once

#include "compiler/ir/graph.h"

namespace plait {

/// Before: a region may hold nodes that only one arm of a branch, or only the body of a map, uses. After: a node stands in a region only
/// if it is needed whenever the region is computed, so that a call runs if and only if a taken path needs its value, and at most once:
///  - what one arm uses stands in that arm;
///  - what both arms use, or the region itself, stays;
///  - what several branches or maps may need stands in a branch of its own, whose condition says whether one of them does, and whose
///    other arm gives a placeholder that nobody reads;
///  - where a later one's condition depends on an earlier one that may use the value, the later one takes it from the earlier one's
///    branch or, if that was not taken, from a second copy.
/// Constants may stay. Needs a graph without calls of functions.
ir::Graph SinkIntoBranches(ir::Graph graph);

}  // namespace plait
