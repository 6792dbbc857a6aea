// The one runner of all passes: each has a name, a switch, a timer and a dump; the graph is verified after each.
#pragma once

#include <chrono>
#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/ir/graph.h"

namespace plait {

struct Pass {
  std::string_view name;
  std::string_view summary;
  /// The later stages count on it, so it cannot be left out.
  bool is_required;
  ir::Graph (*run)(ir::Graph);
};

/// Every pass in the order in which they run (passes.def).
const std::vector<Pass>& AllPasses();

struct PassOptions {
  /// Names of passes to leave out. Required ones run all the same; unknown names are ignored.
  std::set<std::string, std::less<>> disabled;
  /// Called after each pass.
  std::function<void(const Pass&, const ir::Graph&, std::chrono::nanoseconds)> after;
};

/// Needs a graph that `Verify` accepts. Afterwards only entries are left, nothing calls a function, and all that a region holds is
/// needed whenever the region is computed; constants that stand in for a value that no taken path reads are the exception.
ir::Graph RunPasses(ir::Graph graph, const PassOptions& options);

}  // namespace plait
