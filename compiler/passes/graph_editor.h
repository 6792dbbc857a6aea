// One function's graph while nodes move between its regions: knows where each node stands, in which order, and who uses it.
#pragma once

#include <functional>
#include <unordered_map>
#include <vector>

#include "compiler/ir/graph.h"

namespace plait {

/// One place where a node is used: as an operand of `user`, or as the result of the region `result_of`.
struct Use {
  ir::NodeId user;
  ir::RegionId result_of;
};

/// Every method keeps the order of each region valid if it is called so that nodes stay after what they use.
class GraphEditor {
 public:
  using CopyMap = std::unordered_map<uint32_t, ir::NodeId>;

  explicit GraphEditor(ir::Function function);
  /// The function in canonical form; the editor is empty afterwards.
  ir::Function Finish();

  [[nodiscard]] const ir::Node& node(ir::NodeId id) const { return function_.nodes[id]; }
  [[nodiscard]] const ir::Region& region(ir::RegionId id) const { return function_.regions[id]; }
  [[nodiscard]] ir::RegionId body() const { return function_.body; }
  /// Nothing for a node that was erased.
  [[nodiscard]] ir::RegionId RegionOf(ir::NodeId node) const { return region_of_[node.index]; }
  /// Nothing for the body.
  [[nodiscard]] ir::NodeId OwnerOf(ir::RegionId region) const { return owner_of_[region.index]; }
  [[nodiscard]] bool IsWithin(ir::RegionId inner, ir::RegionId outer) const;
  [[nodiscard]] std::vector<ir::NodeId> NodesOf(ir::RegionId region) const;
  /// Whether `first` stands before `second`; both stand in one region.
  [[nodiscard]] bool Precedes(ir::NodeId first, ir::NodeId second) const { return label_[first.index] < label_[second.index]; }

  [[nodiscard]] const std::vector<Use>& UsesOf(ir::NodeId node) const { return uses_[node.index]; }
  [[nodiscard]] ir::RegionId RegionOf(const Use& use) const { return use.user.has_value() ? RegionOf(use.user) : use.result_of; }
  /// The nodes outside the node's own regions that it, or what stands in them, uses; each once.
  [[nodiscard]] std::vector<ir::NodeId> OutsideUses(ir::NodeId node) const;
  /// Whether the node, or what stands in its regions, calls a model or a function.
  [[nodiscard]] bool ContainsCall(ir::NodeId node) const;

  /// Adds a node without regions before `before`, or at the end where that is nothing.
  ir::NodeId Add(ir::RegionId region, ir::NodeId before, ir::Node node);
  ir::RegionId AddRegion(ir::NodeId owner);
  ir::NodeId AddParameter(ir::RegionId region, Type type);
  void SetResult(ir::RegionId region, ir::NodeId result);
  void SetOperand(ir::NodeId node, size_t operand, ir::NodeId to);
  void SetType(ir::NodeId node, Type type);
  /// Makes the last region of `from` the last one of `to`.
  void GiveLastRegion(ir::NodeId from, ir::NodeId to);
  /// Appends a copy of the node and its regions; what it uses is what `copies` says, else the same node. Enters it into `copies`.
  ir::NodeId Copy(ir::NodeId node, ir::RegionId into, CopyMap& copies);

  void MoveToFront(ir::NodeId node, ir::RegionId region);
  void MoveBefore(ir::NodeId node, ir::NodeId anchor);
  /// Needs a node that nothing uses.
  void Erase(ir::NodeId node);
  /// Makes the uses that `selected` accepts uses of `by`.
  void ReplaceUses(ir::NodeId node, ir::NodeId by, const std::function<bool(const Use&)>& selected);

 private:
  static constexpr int64_t kGap = int64_t{1} << 20;

  void Unlink(ir::NodeId node);
  void LinkBefore(ir::NodeId node, ir::RegionId region, ir::NodeId before);
  void Relabel(ir::RegionId region);
  void Track(ir::NodeId node, ir::RegionId region);
  void ForgetUse(ir::NodeId used, const Use& use);

  ir::Function function_;
  std::vector<ir::RegionId> region_of_;
  std::vector<ir::NodeId> owner_of_;
  std::vector<std::vector<Use>> uses_;
  // The order of a region is a linked list whose labels grow, so that two nodes are compared at once.
  std::vector<ir::NodeId> next_;
  std::vector<ir::NodeId> previous_;
  std::vector<int64_t> label_;
  std::vector<ir::NodeId> first_;
  std::vector<ir::NodeId> last_;
};

}  // namespace plait
