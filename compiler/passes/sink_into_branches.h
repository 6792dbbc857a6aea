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
///    branch or, if that was not taken, from a second copy;
///  - what only some paths through the rounds of a loop or the pieces of a stream need is copied to those paths, where equal calls are one
///    when they run.
/// What stands outside a guard and is used inside it is an argument of what it guards, and needed whenever the guard is.
/// Constants may stay. Needs a graph without calls of functions.
ir::Graph SinkIntoBranches(ir::Graph graph);

}  // namespace plait
