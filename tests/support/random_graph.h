// Random graphs that are well formed and well typed, to try the passes on.
#pragma once

#include <cstdint>

#include "compiler/ir/graph.h"

namespace plait::tests {

struct RandomGraphOptions {
  uint64_t seed = 0;
  /// Nodes of one region, without those of the regions within.
  int nodes_per_region = 8;
  int max_depth = 3;
  /// Take fields of records and items of lists that may stand right there. Passes then skip the other parts, which an interpreter that
  /// needs whole records computes.
  bool takes_parts_of_literals = false;
  /// Guards hold more than one call or cast, and loops begin with any state. What a guard needs from outside and a loop's first state are
  /// computed whether a path takes them or not, and passes that see that none does leave them out.
  bool guards_are_rich = false;
  /// The entry gives a list of texts for half of what stands in its body, so that much of the graph is needed.
  bool gives_many = false;
};

/// One entry and up to two functions that it calls. Values are ints, floats, bools, strings, records and lists of them, enums, unions, maps
/// and json; nodes are of every kind; some operations fail (an index out of range, a division by zero, an overflow, a cast).
ir::Graph MakeRandomGraph(const RandomGraphOptions& options);

}  // namespace plait::tests
