// The question "is this node needed?" as nodes of the graph.
#pragma once

#include <vector>

#include "compiler/passes/need_map.h"

namespace plait {

/// What must be known to say whether some nodes need another one.
struct NeedInputs {
  /// Nodes of the region itself.
  std::vector<ir::NodeId> in_region;
  /// Nodes that stand deeper and would be computed a second time.
  std::vector<ir::NodeId> copied;
};

/// The inputs of the question whether `owner`, a node of the needed node's own region, needs it.
NeedInputs InputsOfNeed(const GraphEditor& editor, const NeedMap& needs, ir::NodeId owner);

/// Adds nodes before `anchor` that say whether one of `owners`, which need it sometimes, needs the node of `needs`, and returns the one of
/// type bool. Needs the inputs to stand before `anchor` and the copied ones to call nothing.
ir::NodeId EmitNeed(GraphEditor& editor, const NeedMap& needs, const std::vector<ir::NodeId>& owners, ir::NodeId anchor);

}  // namespace plait
