// What is known before anything runs, computed now.
#pragma once

#include "compiler/ir/graph.h"

namespace plait {

/// After: no operation, cast, test of a type, list or record has only constant operands, unless it fails (it then fails when it is needed,
/// under the user's line) or its value is large; no branch has a constant condition; no map is over a list that is known to be empty, no
/// loop is known to run one round, and no guard is around what cannot fail or adds nothing to the deadlines around it; no field or
/// constant item is taken of a record or list that stands right there, whose other parts then need not be computed.
/// Needs a graph without calls of functions.
ir::Graph FoldConstants(ir::Graph graph);

}  // namespace plait
