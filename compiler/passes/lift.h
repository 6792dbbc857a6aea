// Moving a value out of the arm or map body that computes it, without computing it more often.
#pragma once

#include "compiler/base/type.h"
#include "compiler/passes/graph_editor.h"

namespace plait {

/// Moves a node out of its region into the region around it, right before the owner of its region. Needs the node to be needed whenever
/// its region is computed. Out of an arm it moves into a branch on the same condition; out of a map's body or condition into a map over
/// the same list, and the old place takes its item. What the node uses comes along, or is lifted too where others use it as well.
void Lift(GraphEditor& editor, ir::NodeId node, const TypeTable& types);

/// A constant of the type, for a value that no taken path reads, as the result of `region`.
void FillWithPlaceholder(GraphEditor& editor, ir::RegionId region, const Type& type, const TypeTable& types);

/// Whether a node may stand in several places: it has no regions and calls nothing.
bool IsCheap(const ir::Node& node);

}  // namespace plait
