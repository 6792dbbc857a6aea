// The graph as text, and back.
#pragma once

#include <string>
#include <string_view>

#include "compiler/base/result.h"
#include "compiler/ir/graph.h"

namespace plait::ir {

/// Canonical text: equal graphs give equal bytes. Spans are printed as `path:line:col-col` comments only where `sources` is given.
std::string Print(const Graph& graph, const SourceManager* sources = nullptr);

/// Reads what `Print` writes (without spans). Fails with `plan-invalid`, naming line and column.
Result<Graph> Read(std::string_view text);

/// What makes a graph well formed: ids in range, order, one region a node, operand counts, types of operands, no use of a value from a
/// region that is not around it, acyclic calls. Returns the first fault in words; a fault is a bug of the stage that made the graph.
std::string Verify(const Graph& graph);

}  // namespace plait::ir
