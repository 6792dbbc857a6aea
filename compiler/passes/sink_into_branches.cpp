#include "compiler/passes/sink_into_branches.h"

#include <algorithm>
#include <optional>
#include <unordered_set>
#include <utility>

#include "compiler/passes/emit_need.h"
#include "compiler/passes/graph_editor.h"
#include "compiler/passes/lift.h"
#include "compiler/passes/need_map.h"

namespace plait {
namespace {

using ir::NodeId;
using ir::NodeKind;
using ir::RegionId;

/// Up to so many copies, a cheap node is computed where it is used instead of under a condition of its own.
constexpr size_t kMaxCopies = 8;

class Sinker {
 public:
  Sinker(ir::Function function, const TypeTable& types) : editor_(std::move(function)), types_(types) {}

  ir::Function Run() {
    Settle(editor_.body());
    return editor_.Finish();
  }

 private:
  /// Afterwards all that stands in the region is needed whenever it is computed. Inner regions first: a use counts only if it is needed
  /// itself.
  void Settle(RegionId region) {
    std::vector<NodeId> nodes = editor_.NodesOf(region);
    for (NodeId node : nodes) {
      for (RegionId inner : std::vector<RegionId>(editor_.node(node).regions)) {
        Settle(inner);
      }
    }
    std::for_each(nodes.rbegin(), nodes.rend(), [&](NodeId node) { Place(node); });
  }

  /// Needs all that uses the node to be settled.
  void Place(NodeId node) {
    if (editor_.UsesOf(node).empty()) {
      editor_.Erase(node);
      return;
    }
    RegionId home = editor_.RegionOf(node);
    NeedMap needs(editor_, node);
    if (needs.In(home) == Need::Always) {
      return;
    }
    std::vector<NodeId> owners = needs.OwnersIn(home);
    std::vector<RegionId> regions;
    for (NodeId owner : owners) {
      std::vector<RegionId> used = needs.RegionsOf(owner);
      regions.insert(regions.end(), used.begin(), used.end());
    }
    bool is_one_branch = owners.size() == 1 && editor_.node(owners[0]).kind == NodeKind::If;
    bool can_be_asked = std::ranges::all_of(owners, [&](NodeId owner) { return needs.CanBeAsked(owner); });
    if (is_one_branch || !can_be_asked || (IsCheap(editor_.node(node)) && regions.size() <= kMaxCopies)) {
      PlaceIn(node, regions);
    } else if (editor_.node(node).kind != NodeKind::Constant) {
      Guard(node);
    }
  }

  /// Moves the node into the regions that use it, a copy each. Arms of one branch exclude each other, so a copied call still runs once;
  /// elsewhere, and round after round in a loop, equal calls are one when they run.
  void PlaceIn(NodeId node, const std::vector<RegionId>& regions) {
    for (size_t i = 1; i < regions.size(); ++i) {
      GraphEditor::CopyMap copies;
      NodeId copy = editor_.Copy(node, regions[i], copies);
      editor_.MoveToFront(copy, regions[i]);
      editor_.ReplaceUses(node, copy, [&](const Use& use) { return editor_.IsWithin(editor_.RegionOf(use), regions[i]); });
      Place(copy);
    }
    editor_.MoveToFront(node, regions[0]);
    Place(node);
  }

  /// Puts the node under the condition that one of its owners needs it.
  void Guard(NodeId node) {
    RegionId home = editor_.RegionOf(node);
    LiftInputs(node);
    NeedMap needs(editor_, node);
    std::vector<NodeId> owners = needs.OwnersIn(home);
    NodeId needed_before;
    NodeId value_before;
    while (!owners.empty()) {
      NodeId anchor = owners[0];
      std::vector<NodeId> group = TakeGroup(needs, anchor, owners);
      NodeId needed = EmitNeed(editor_, needs, group, anchor);
      NodeId value =
          value_before.has_value() ? GuardAgain(node, needed_before, value_before, needed, anchor) : GuardFirst(node, needed, anchor);
      editor_.ReplaceUses(node, value, [&](const Use& use) { return IsUseBy(use, home, group); });
      if (!owners.empty()) {
        needed_before = needed_before.has_value() ? AddOr(needed_before, needed, anchor) : needed;
        value_before = value;
      }
    }
  }

  /// Lifts what the question whether the node is needed would otherwise compute twice: calls, and what may use the node itself.
  void LiftInputs(NodeId node) {
    RegionId home = editor_.RegionOf(node);
    for (bool is_done = false; !is_done;) {
      is_done = true;
      NeedMap needs(editor_, node);
      for (NodeId owner : needs.OwnersIn(home)) {
        if (std::optional<NodeId> input = InputToLift(node, InputsOfNeed(editor_, needs, owner).copied)) {
          Lift(editor_, *input, types_);
          is_done = false;
          break;
        }
      }
    }
  }

  std::optional<NodeId> InputToLift(NodeId node, const std::vector<NodeId>& copied) {
    for (NodeId input : copied) {
      std::vector<NodeId> used = editor_.OutsideUses(input);
      if (editor_.ContainsCall(input) || std::find(used.begin(), used.end(), node) != used.end()) {
        return input;
      }
    }
    return std::nullopt;
  }

  /// Takes from `owners` those whose need can be known before any of them is computed, and moves what that takes before `anchor`, the
  /// first of them. At least that one is taken.
  std::vector<NodeId> TakeGroup(const NeedMap& needs, NodeId anchor, std::vector<NodeId>& owners) {
    std::vector<NodeId> group;
    std::vector<NodeId> later;
    for (NodeId owner : owners) {
      std::optional<std::vector<NodeId>> cone = ConeAfter(anchor, InputsOfNeed(editor_, needs, owner).in_region, owners);
      if (!cone) {
        later.push_back(owner);
        continue;
      }
      for (NodeId input : *cone) {
        editor_.MoveBefore(input, anchor);
      }
      group.push_back(owner);
    }
    owners = std::move(later);
    return group;
  }

  /// All that `inputs` depend on from `anchor` on, themselves included, in order; nothing where one of `excluded` is among it.
  std::optional<std::vector<NodeId>> ConeAfter(NodeId anchor, const std::vector<NodeId>& inputs, const std::vector<NodeId>& excluded) {
    RegionId home = editor_.RegionOf(anchor);
    std::vector<NodeId> cone;
    std::unordered_set<uint32_t> seen;
    std::vector<NodeId> waiting = inputs;
    while (!waiting.empty()) {
      NodeId next = waiting.back();
      waiting.pop_back();
      bool stands_after =
          editor_.RegionOf(next) == home && editor_.node(next).kind != NodeKind::Parameter && !editor_.Precedes(next, anchor);
      if (!stands_after || !seen.insert(next.index).second) {
        continue;
      }
      if (std::find(excluded.begin(), excluded.end(), next) != excluded.end()) {
        return std::nullopt;
      }
      cone.push_back(next);
      std::vector<NodeId> used = editor_.OutsideUses(next);
      waiting.insert(waiting.end(), used.begin(), used.end());
    }
    std::sort(cone.begin(), cone.end(), [&](NodeId a, NodeId b) { return editor_.Precedes(a, b); });
    return cone;
  }

  bool IsUseBy(const Use& use, RegionId home, const std::vector<NodeId>& owners) {
    RegionId region = editor_.RegionOf(use);
    NodeId owner;
    while (region != home) {
      owner = editor_.OwnerOf(region);
      region = editor_.RegionOf(owner);
    }
    return std::find(owners.begin(), owners.end(), owner) != owners.end();
  }

  /// if needed { node } else { placeholder }
  NodeId GuardFirst(NodeId node, NodeId needed, NodeId anchor) {
    NodeId branch = AddIf(needed, editor_.node(node), anchor);
    RegionId then_arm = editor_.AddRegion(branch);
    editor_.MoveToFront(node, then_arm);
    editor_.SetResult(then_arm, node);
    FillWithPlaceholder(editor_, editor_.AddRegion(branch), editor_.node(node).type, types_);
    return branch;
  }

  /// if needed_before { value_before } else { if needed { copy of node } else { placeholder } }
  NodeId GuardAgain(NodeId node, NodeId needed_before, NodeId value_before, NodeId needed, NodeId anchor) {
    NodeId branch = AddIf(needed_before, editor_.node(node), anchor);
    RegionId had = editor_.AddRegion(branch);
    editor_.SetResult(had, value_before);
    RegionId had_not = editor_.AddRegion(branch);
    ir::Node inner;
    inner.kind = NodeKind::If;
    inner.type = editor_.node(node).type;
    inner.span = editor_.node(node).span;
    inner.operands = {needed};
    NodeId inner_id = editor_.Add(had_not, {}, std::move(inner));
    editor_.SetResult(had_not, inner_id);
    RegionId then_arm = editor_.AddRegion(inner_id);
    GraphEditor::CopyMap copies;
    NodeId copy = editor_.Copy(node, then_arm, copies);
    editor_.SetResult(then_arm, copy);
    FillWithPlaceholder(editor_, editor_.AddRegion(inner_id), editor_.node(node).type, types_);
    return branch;
  }

  NodeId AddIf(NodeId condition, const ir::Node& like, NodeId anchor) {
    ir::Node node;
    node.kind = NodeKind::If;
    node.type = like.type;
    node.span = like.span;
    node.operands = {condition};
    return editor_.Add(editor_.RegionOf(anchor), anchor, std::move(node));
  }

  /// if first { true } else { second }
  NodeId AddOr(NodeId first, NodeId second, NodeId anchor) {
    NodeId branch = AddIf(first, editor_.node(first), anchor);
    RegionId then_arm = editor_.AddRegion(branch);
    ir::Node yes;
    yes.type = Type::Of(TypeKind::Bool);
    yes.constant = Value::Bool(true);
    editor_.SetResult(then_arm, editor_.Add(then_arm, {}, std::move(yes)));
    editor_.SetResult(editor_.AddRegion(branch), second);
    return branch;
  }

  GraphEditor editor_;
  const TypeTable& types_;
};

}  // namespace

ir::Graph SinkIntoBranches(ir::Graph graph) {
  for (ir::Function& function : graph.functions) {
    function = Sinker(std::move(function), graph.types).Run();
  }
  return graph;
}

}  // namespace plait
