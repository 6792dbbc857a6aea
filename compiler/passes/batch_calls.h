// Makes calls of one model that may run at the same time one batch.
#pragma once

#include "compiler/ir/graph.h"

namespace plait {

/// Calls of one method of a model that give the same arguments, whatever their values, and of which none can need another, become a map
/// over the list of what they differ in: a pass over the weights then serves all of them, whichever services ask. What is compiled code is
/// left alone. Calls that come after a different number of calls are not brought together, so that no call waits for much that it does not
/// need.
ir::Graph BatchCalls(ir::Graph graph);

}  // namespace plait
