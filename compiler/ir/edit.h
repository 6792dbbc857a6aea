// Taking a function's graph apart and putting it together: where nodes stand, copies of them, and their canonical numbers.
#pragma once

#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "compiler/ir/graph.h"

namespace plait::ir {

/// Which region each node stands in, and which node each region belongs to.
struct Placement {
  /// By node; nothing for a node that stands nowhere.
  std::vector<RegionId> region_of;
  /// By region; nothing for a function's body.
  std::vector<NodeId> owner_of;
};

Placement PlaceNodes(const Function& function);

/// The same function with its nodes and regions numbered in the order in which they are printed: a node before what its regions
/// hold, a region's parameters before its nodes. What stands in no region is gone. The products of all stages are canonical.
Function Canonical(const Function& function);
Graph Canonical(Graph graph);

/// Appends a node to a region and returns its id.
NodeId AddNode(Function& function, RegionId region, Node node);
/// Appends a parameter to a region.
NodeId AddParameter(Function& function, RegionId region, Type type, Span span);
NodeId AddConstant(Function& function, RegionId region, Type type, Value value);
NodeId AddApply(Function& function, RegionId region, Operation operation, Type type, std::vector<NodeId> operands);

/// Copies nodes, with the regions they own, from one function into another or into another place of the same one. What a copied node
/// uses is the copy where there is one, else what `Map` says, else the same id (right only within one function).
class Copier {
 public:
  Copier(const Function& from, Function& to) : from_(from), to_(to) {}

  void Map(NodeId from, NodeId to) { copies_[from.index] = to; }
  [[nodiscard]] NodeId At(NodeId from) const;
  [[nodiscard]] bool HasCopy(NodeId from) const { return copies_.contains(from.index); }

  /// Appends a copy of the node to `into`.
  NodeId CopyNode(NodeId node, RegionId into);
  /// Appends copies of all nodes of `region`, without its parameters, to `into`.
  void CopyNodes(RegionId region, RegionId into);
  /// A new region that is a copy of `region`, parameters and result included.
  RegionId CopyRegion(RegionId region);

 private:
  const Function& from_;
  Function& to_;
  std::unordered_map<uint32_t, NodeId> copies_;
};

}  // namespace plait::ir
