// A graph with what is known before anything runs computed, and nothing else done to it.
#pragma once

#include <utility>

#include "compiler/passes/eliminate_dead.h"
#include "compiler/passes/fold_constants.h"
#include "compiler/passes/inline_calls.h"

namespace plait::tests {

/// What a guard takes from outside is computed whenever the guard is, whether a path takes it or not; but not where folding sees that none
/// does. So a naive interpreter may see a failure, which another guard may catch, where it sees none in the folded graph.
inline ir::Graph Folded(ir::Graph graph) { return FoldConstants(EliminateDead(InlineCalls(std::move(graph)))); }

}  // namespace plait::tests
