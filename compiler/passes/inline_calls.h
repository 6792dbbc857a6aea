// Calls of functions replaced by what the functions do.
#pragma once

#include "compiler/ir/graph.h"

namespace plait {

/// Before: functions call each other, without cycles. After: no node is a CallFunction and every function is an entry, in the old order.
/// Where a function of another service has a timeout below the caller's own, its body stands in a guard with that deadline.
/// A node that came from a callee keeps the callee's span.
ir::Graph InlineCalls(ir::Graph graph);

}  // namespace plait
