#include "compiler/passes/gather_equal_calls.h"

#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "compiler/passes/graph_editor.h"
#include "compiler/passes/value_numbers.h"

namespace plait {
namespace {

using ir::NodeId;
using ir::NodeKind;
using ir::RegionId;

class Gatherer {
 public:
  explicit Gatherer(ir::Function function) : number_of_(NumberValues(function)), editor_(std::move(function)) {}

  ir::Function Run() {
    GatherIn(editor_.body());
    return editor_.Finish();
  }

 private:
  void GatherIn(RegionId region) {
    for (NodeId node : editor_.NodesOf(region)) {
      if (IsCall(node)) {
        Gather(node);
      }
      if (!editor_.RegionOf(node).has_value()) {
        continue;
      }
      for (RegionId inner : std::vector<RegionId>(editor_.node(node).regions)) {
        GatherIn(inner);
      }
    }
  }

  /// A guard with what it guards moves like a call.
  [[nodiscard]] bool IsCall(NodeId node) const {
    return editor_.node(node).kind == NodeKind::CallModel || (editor_.node(node).kind == NodeKind::Try && editor_.ContainsCall(node));
  }

  /// Whether the node would leave a guard on its way to `region`.
  [[nodiscard]] bool LeavesGuard(NodeId node, RegionId region) const {
    for (RegionId at = editor_.RegionOf(node); at != region; at = editor_.RegionOf(editor_.OwnerOf(at))) {
      if (editor_.node(editor_.OwnerOf(at)).kind == NodeKind::Try) {
        return true;
      }
    }
    return false;
  }

  /// Makes the call and the equal one before it in the text, if there is one, that one.
  void Gather(NodeId call) {
    auto [place, is_first] = first_.try_emplace(number_of_[call.index], call);
    if (is_first) {
      return;
    }
    NodeId first = place->second;
    RegionId common = RegionAroundBoth(first, call);
    if (LeavesGuard(first, common) || LeavesGuard(call, common)) {
      place->second = LeavesGuard(call, common) ? first : call;
      return;
    }
    std::optional<std::vector<NodeId>> moving = InputsWithin(common, first);
    if (!moving || AreInArmsOfOneBranch(common, first, call)) {
      return;
    }
    NodeId anchor = AncestorIn(common, first);
    for (NodeId node : *moving) {
      editor_.MoveBefore(node, anchor);
    }
    editor_.ReplaceUses(call, first, [](const Use&) { return true; });
    editor_.Erase(call);
  }

  [[nodiscard]] RegionId RegionAroundBoth(NodeId first, NodeId second) const {
    RegionId region = editor_.RegionOf(first);
    while (!editor_.IsWithin(editor_.RegionOf(second), region)) {
      region = editor_.RegionOf(editor_.OwnerOf(region));
    }
    return region;
  }

  /// The node of `region` that holds the node, or is it.
  [[nodiscard]] NodeId AncestorIn(RegionId region, NodeId node) const {
    while (editor_.RegionOf(node) != region) {
      node = editor_.OwnerOf(editor_.RegionOf(node));
    }
    return node;
  }

  [[nodiscard]] bool AreInArmsOfOneBranch(RegionId common, NodeId first, NodeId second) const {
    NodeId owner = AncestorIn(common, first);
    return owner != first && owner == AncestorIn(common, second) && editor_.node(owner).kind == NodeKind::If;
  }

  /// The node and what it uses of regions within `region`, each after what it uses; nothing where an item of a map is among it.
  [[nodiscard]] std::optional<std::vector<NodeId>> InputsWithin(RegionId region, NodeId node) const {
    std::vector<NodeId> inputs;
    std::unordered_set<uint32_t> seen;
    // A node is on the stack a second time, marked, below what it uses.
    std::vector<std::pair<NodeId, bool>> waiting = {{node, false}};
    while (!waiting.empty()) {
      auto [next, is_done] = waiting.back();
      waiting.pop_back();
      if (is_done) {
        inputs.push_back(next);
        continue;
      }
      if (editor_.IsWithin(region, editor_.RegionOf(next)) || !seen.insert(next.index).second) {
        continue;
      }
      if (editor_.node(next).kind == NodeKind::Parameter) {
        return std::nullopt;
      }
      waiting.emplace_back(next, true);
      for (NodeId used : editor_.OutsideUses(next)) {
        waiting.emplace_back(used, false);
      }
    }
    return inputs;
  }

  std::vector<uint32_t> number_of_;
  GraphEditor editor_;
  /// By number: the first call with that value.
  std::unordered_map<uint32_t, NodeId> first_;
};

}  // namespace

ir::Graph GatherEqualCalls(ir::Graph graph) {
  for (ir::Function& function : graph.functions) {
    function = Gatherer(std::move(function)).Run();
  }
  return graph;
}

}  // namespace plait
