// What nobody needs, dropped.
#pragma once

#include "compiler/ir/graph.h"

namespace plait {

/// Before: a region may hold nodes whose value nothing uses, and the graph models that nothing calls.
/// After: every node but a parameter is used, every model is called, and the condition of a loop that runs one round is the constant false.
ir::Graph EliminateDead(ir::Graph graph);

}  // namespace plait
