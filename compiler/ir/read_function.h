// One function of the graph's text.
#pragma once

#include <string>
#include <vector>

#include "compiler/base/result.h"
#include "compiler/ir/cursor.h"
#include "compiler/ir/graph.h"

namespace plait::ir {

/// A call of a function that may stand further down, and where the call stands in the text.
struct PendingCall {
  FunctionId caller;
  NodeId node;
  std::string callee;
  size_t position = 0;
};

/// Reads the function that comes next, which will have the given id, and adds its calls of functions to `pending`: what they call may
/// stand further down.
Result<Function> ReadFunction(Cursor& cursor, FunctionId id, std::string doc, std::vector<PendingCall>& pending);

}  // namespace plait::ir
