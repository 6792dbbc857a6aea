#include "compiler/passes/hoist_from_maps.h"

#include <algorithm>
#include <unordered_set>
#include <utility>
#include <vector>

#include "compiler/passes/graph_editor.h"

namespace plait {
namespace {

using ir::NodeId;
using ir::NodeKind;
using ir::RegionId;

/// Moves calls out of maps and loops, the innermost first, so that a call leaves as many as it can.
class Hoister {
 public:
  explicit Hoister(ir::Function function) : editor_(std::move(function)) {}

  ir::Function Run() {
    HoistWithin(editor_.body());
    return editor_.Finish();
  }

 private:
  void HoistWithin(RegionId region) {
    for (NodeId node : editor_.NodesOf(region)) {
      for (RegionId inner : std::vector<RegionId>(editor_.node(node).regions)) {
        HoistWithin(inner);
        if (editor_.node(node).kind == NodeKind::Map || editor_.node(node).kind == NodeKind::Loop) {
          HoistOutOf(inner, node);
        }
      }
    }
  }

  void HoistOutOf(RegionId region, NodeId owner) {
    std::vector<NodeId> nodes = editor_.NodesOf(region);
    std::unordered_set<uint32_t> varying;
    for (NodeId parameter : editor_.region(region).parameters) {
      varying.insert(parameter.index);
    }
    for (NodeId node : nodes) {
      std::vector<NodeId> used = editor_.OutsideUses(node);
      // A stream is read anew in every round.
      bool is_stream = HoldsStream(editor_.node(node).type);
      if (is_stream || std::any_of(used.begin(), used.end(), [&](NodeId other) { return varying.contains(other.index); })) {
        varying.insert(node.index);
      }
    }
    // From the last on: a node leaves with the call that uses it.
    std::unordered_set<uint32_t> wanted;
    std::vector<NodeId> leaving;
    for (auto node = nodes.rbegin(); node != nodes.rend(); ++node) {
      bool leaves = !varying.contains(node->index) && (wanted.contains(node->index) || editor_.ContainsCall(*node));
      if (leaves) {
        leaving.push_back(*node);
        for (NodeId used : editor_.OutsideUses(*node)) {
          wanted.insert(used.index);
        }
      }
    }
    std::for_each(leaving.rbegin(), leaving.rend(), [&](NodeId node) { editor_.MoveBefore(node, owner); });
  }

  GraphEditor editor_;
};

}  // namespace

ir::Graph HoistFromMaps(ir::Graph graph) {
  for (ir::Function& function : graph.functions) {
    function = Hoister(std::move(function)).Run();
  }
  return graph;
}

}  // namespace plait
