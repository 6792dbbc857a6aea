#include "compiler/schedule/analyse.h"

#include <algorithm>

namespace plait::schedule {
namespace {

using ir::NodeKind;

constexpr int kMostLevels = 64;
/// A chain of fields and items up to this long is as good as a value.
constexpr int kTrivialLevels = 6;

struct Use {
  int count = 0;
  /// Some use is computed once an item, the node itself is not.
  bool is_repeated = false;
  bool is_map_source = false;
};

class Analyser {
 public:
  explicit Analyser(const ir::Function& function)
      : function_(function),
        roles_(function.nodes.size(), NodeRole::Unneeded),
        uses_(function.nodes.size()),
        map_depth_(function.nodes.size(), 0),
        levels_(function.nodes.size(), 1) {}

  std::vector<NodeRole> Run() {
    const ir::Region& body = function_.regions[function_.body];
    PlaceRegion(function_.body, 0);
    CountUse(body.result, 0);
    CountRegion(function_.body, 0);
    DecideRegion(function_.body);
    return std::move(roles_);
  }

 private:
  /// Notes how many maps stand around each node.
  void PlaceRegion(ir::RegionId id, int depth) {
    const ir::Region& region = function_.regions[id];
    for (ir::NodeId parameter : region.parameters) {
      map_depth_[parameter.index] = depth;
    }
    for (ir::NodeId node : region.nodes) {
      map_depth_[node.index] = depth;
      for (ir::RegionId inner : function_.nodes[node].regions) {
        PlaceRegion(inner, InnerDepth(node, depth));
      }
    }
  }

  [[nodiscard]] int InnerDepth(ir::NodeId node, int depth) const { return function_.nodes[node].kind == NodeKind::Map ? depth + 1 : depth; }

  void CountUse(ir::NodeId node, int depth) {
    Use& use = uses_[node.index];
    ++use.count;
    use.is_repeated = use.is_repeated || depth > map_depth_[node.index];
  }

  /// From the last node to the first, so that every use of a node is seen before the node.
  void CountRegion(ir::RegionId id, int depth) {
    const ir::Region& region = function_.regions[id];
    for (auto node = region.nodes.rbegin(); node != region.nodes.rend(); ++node) {
      if (uses_[node->index].count == 0) {
        continue;
      }
      const ir::Node& used = function_.nodes[*node];
      for (ir::RegionId inner : used.regions) {
        CountUse(function_.regions[inner].result, InnerDepth(*node, depth));
        CountRegion(inner, InnerDepth(*node, depth));
      }
      for (ir::NodeId operand : used.operands) {
        CountUse(operand, depth);
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
    if (node.kind == NodeKind::CallModel || node.kind == NodeKind::Map || node.kind == NodeKind::CallFunction) {
      return NodeRole::Effect;
    }
    if (node.kind == NodeKind::If && !IsExpression(node)) {
      return NodeRole::Effect;
    }
    int levels = LevelsOf(node);
    levels_[id.index] = levels + 1;
    if (IsSelection(node) && levels_[id.index] <= kTrivialLevels) {
      return NodeRole::Inline;
    }
    const Use& use = uses_[id.index];
    bool is_assigned = use.count > 1 || use.is_repeated || use.is_map_source || levels_[id.index] > kMostLevels;
    levels_[id.index] = is_assigned ? 1 : levels_[id.index];
    return is_assigned ? NodeRole::Assigned : NodeRole::Inline;
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
  std::vector<int> map_depth_;
  std::vector<int> levels_;
};

}  // namespace

std::vector<NodeRole> AnalyseNodes(const ir::Function& function) { return Analyser(function).Run(); }

}  // namespace plait::schedule
