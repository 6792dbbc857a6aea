// Equal calls in different branches, made one.
#pragma once

#include "compiler/ir/graph.h"

namespace plait {

/// Before: equal calls of a model may stand in regions of which neither is around the other, or in a branch before one around it, so that
/// both may run. After: they are one node in the innermost region around both, with what it uses; sinking then puts it under the
/// condition that one of the places needs it. Calls in the two arms of one branch stay, as only one of them runs, and so do calls that
/// depend on an item of a map or the state of a loop, and calls inside a guard, which itself moves like a call. Needs a graph without calls
/// of functions.
ir::Graph GatherEqualCalls(ir::Graph graph);

}  // namespace plait
