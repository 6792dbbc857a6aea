#include "compiler/schedule/analyse.h"

#include <algorithm>

#include "compiler/ir/can_fail.h"

namespace plait::schedule {
namespace {

using ir::NodeKind;

constexpr int kMostLevels = 64;
/// A chain of fields and items up to this long is as good as a value.
constexpr int kTrivialLevels = 6;

struct Use {
  int count = 0;
  /// Some use is computed once an item or round, the node itself is not.
  bool is_repeated = false;
  /// Some use stands in a guard that the node stands outside of.
  bool is_guarded = false;
  bool is_map_source = false;
};

class Analyser {
 public:
  explicit Analyser(const ir::Function& function)
      : function_(function),
        roles_(function.nodes.size(), NodeRole::Unneeded),
        uses_(function.nodes.size()),
        places_(function.nodes.size()),
        can_fail_(function.nodes.size(), false),
        levels_(function.nodes.size(), 1) {}

  std::vector<NodeRole> Run() {
    const ir::Region& body = function_.regions[function_.body];
    PlaceRegion(function_.body, {});
    CountUse(body.result, {});
    CountRegion(function_.body, {});
    DecideRegion(function_.body);
    return std::move(roles_);
  }

 private:
  /// How many maps and loops, and how many guards stand around something.
  struct Place {
    int repeated = 0;
    int guarded = 0;
  };

  void PlaceRegion(ir::RegionId id, Place place) {
    const ir::Region& region = function_.regions[id];
    for (ir::NodeId parameter : region.parameters) {
      places_[parameter.index] = place;
    }
    for (ir::NodeId node : region.nodes) {
      places_[node.index] = place;
      for (ir::RegionId inner : function_.nodes[node].regions) {
        PlaceRegion(inner, Within(node, place));
      }
    }
  }

  /// The place of what stands in the node's regions.
  [[nodiscard]] Place Within(ir::NodeId node, Place place) const {
    NodeKind kind = function_.nodes[node].kind;
    place.repeated += kind == NodeKind::Map || kind == NodeKind::Loop ? 1 : 0;
    place.guarded += kind == NodeKind::Try ? 1 : 0;
    return place;
  }

  void CountUse(ir::NodeId node, Place place) {
    Use& use = uses_[node.index];
    ++use.count;
    use.is_repeated = use.is_repeated || place.repeated > places_[node.index].repeated;
    use.is_guarded = use.is_guarded || place.guarded > places_[node.index].guarded;
  }

  /// From the last node to the first, so that every use of a node is seen before the node.
  void CountRegion(ir::RegionId id, Place place) {
    const ir::Region& region = function_.regions[id];
    for (auto node = region.nodes.rbegin(); node != region.nodes.rend(); ++node) {
      if (uses_[node->index].count == 0) {
        continue;
      }
      const ir::Node& used = function_.nodes[*node];
      for (ir::RegionId inner : used.regions) {
        CountUse(function_.regions[inner].result, Within(*node, place));
        CountRegion(inner, Within(*node, place));
      }
      for (ir::NodeId operand : used.operands) {
        CountUse(operand, place);
      }
      if (used.kind == NodeKind::Map) {
        uses_[used.operands[0].index].is_map_source = true;
      }
    }
  }

  /// From the first node to the last, so that operands are decided before what uses them.
  void DecideRegion(ir::RegionId id) {
    const ir::Region& region = function_.regions[id];
    for (ir::NodeId parameter : region.parameters) {
      roles_[parameter.index] = uses_[parameter.index].count > 0 ? NodeRole::Effect : NodeRole::Unneeded;
    }
    for (ir::NodeId node : region.nodes) {
      if (uses_[node.index].count == 0) {
        continue;
      }
      for (ir::RegionId inner : function_.nodes[node].regions) {
        DecideRegion(inner);
      }
      roles_[node.index] = Decide(node);
    }
  }

  NodeRole Decide(ir::NodeId id) {
    const ir::Node& node = function_.nodes[id];
    if (node.kind == NodeKind::Constant) {
      return NodeRole::Inline;
    }
    bool is_stage = node.kind == NodeKind::CallModel || node.kind == NodeKind::Map || node.kind == NodeKind::CallFunction ||
                    node.kind == NodeKind::Try || node.kind == NodeKind::Loop;
    if (is_stage) {
      return NodeRole::Effect;
    }
    if (node.kind == NodeKind::If && !IsExpression(node)) {
      return NodeRole::Effect;
    }
    int levels = LevelsOf(node);
    levels_[id.index] = levels + 1;
    can_fail_[id.index] = ExpressionCanFail(node);
    const Use& use = uses_[id.index];
    // A guard must not catch the failure of an argument of what it guards.
    bool must_stay_outside = use.is_guarded && can_fail_[id.index];
    if (IsSelection(node) && levels_[id.index] <= kTrivialLevels && !must_stay_outside) {
      return NodeRole::Inline;
    }
    bool is_assigned = use.count > 1 || use.is_repeated || use.is_map_source || levels_[id.index] > kMostLevels || must_stay_outside;
    levels_[id.index] = is_assigned ? 1 : levels_[id.index];
    can_fail_[id.index] = can_fail_[id.index] && !is_assigned;
    return is_assigned ? NodeRole::Assigned : NodeRole::Inline;
  }

  /// With the parts that are written in place of a value.
  [[nodiscard]] bool ExpressionCanFail(const ir::Node& node) const {
    auto part_can_fail = [&](ir::NodeId part) { return can_fail_[part.index]; };
    return ir::CanFail(function_, node) || std::ranges::any_of(node.operands, part_can_fail) ||
           std::ranges::any_of(node.regions, [&](ir::RegionId region) { return part_can_fail(function_.regions[region].result); });
  }

  [[nodiscard]] int LevelsOf(const ir::Node& node) const {
    int levels = 0;
    for (ir::NodeId operand : node.operands) {
      levels = std::max(levels, levels_[operand.index]);
    }
    for (ir::RegionId inner : node.regions) {
      levels = std::max(levels, levels_[function_.regions[inner].result.index]);
    }
    return levels;
  }

  /// A field, or an item at a constant index.
  [[nodiscard]] bool IsSelection(const ir::Node& node) const {
    if (node.kind == NodeKind::Field) {
      return IsSelectable(node.operands[0]);
    }
    return node.kind == NodeKind::Apply && node.operation == Operation::Index && IsSelectable(node.operands[0]) &&
           function_.nodes[node.operands[1]].kind == NodeKind::Constant;
  }

  [[nodiscard]] bool IsSelectable(ir::NodeId id) const { return roles_[id.index] != NodeRole::Inline || IsSelection(function_.nodes[id]); }

  /// Whether both arms consist of expressions only.
  [[nodiscard]] bool IsExpression(const ir::Node& node) const {
    for (ir::RegionId inner : node.regions) {
      for (ir::NodeId id : function_.regions[inner].nodes) {
        if (roles_[id.index] == NodeRole::Assigned || roles_[id.index] == NodeRole::Effect) {
          return false;
        }
      }
    }
    return true;
  }

  const ir::Function& function_;
  std::vector<NodeRole> roles_;
  std::vector<Use> uses_;
  std::vector<Place> places_;
  /// By node: whether the expression that it is, or is part of, may fail.
  std::vector<bool> can_fail_;
  std::vector<int> levels_;
};

}  // namespace

std::vector<NodeRole> AnalyseNodes(const ir::Function& function) { return Analyser(function).Run(); }

}  // namespace plait::schedule
