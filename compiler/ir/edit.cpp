#include "compiler/ir/edit.h"

namespace plait::ir {

Placement PlaceNodes(const Function& function) {
  Placement placement;
  placement.region_of.resize(function.nodes.size());
  placement.owner_of.resize(function.regions.size());
  std::vector<RegionId> waiting = {function.body};
  while (!waiting.empty()) {
    RegionId region_id = waiting.back();
    waiting.pop_back();
    const Region& region = function.regions[region_id];
    for (NodeId parameter : region.parameters) {
      placement.region_of[parameter.index] = region_id;
    }
    for (NodeId node : region.nodes) {
      placement.region_of[node.index] = region_id;
      for (RegionId inner : function.nodes[node].regions) {
        placement.owner_of[inner.index] = node;
        waiting.push_back(inner);
      }
    }
  }
  return placement;
}

Function Canonical(const Function& function) {
  Function result;
  result.name = function.name;
  result.doc = function.doc;
  result.parameters = function.parameters;
  result.result = function.result;
  result.is_entry = function.is_entry;
  result.timeout_ms = function.timeout_ms;
  result.span = function.span;
  Copier copier(function, result);
  result.body = copier.CopyRegion(function.body);
  return result;
}

Graph Canonical(Graph graph) {
  for (Function& function : graph.functions) {
    function = Canonical(function);
  }
  return graph;
}

NodeId AddNode(Function& function, RegionId region, Node node) {
  NodeId id = function.nodes.Add(std::move(node));
  function.regions[region].nodes.push_back(id);
  return id;
}

NodeId AddParameter(Function& function, RegionId region, Type type, Span span) {
  Node node;
  node.kind = NodeKind::Parameter;
  node.type = std::move(type);
  node.span = span;
  NodeId id = function.nodes.Add(std::move(node));
  function.regions[region].parameters.push_back(id);
  return id;
}

NodeId AddConstant(Function& function, RegionId region, Type type, Value value) {
  Node node;
  node.kind = NodeKind::Constant;
  node.type = std::move(type);
  node.constant = std::move(value);
  return AddNode(function, region, std::move(node));
}

NodeId AddApply(Function& function, RegionId region, Operation operation, Type type, std::vector<NodeId> operands) {
  Node node;
  node.kind = NodeKind::Apply;
  node.type = std::move(type);
  node.operation = operation;
  node.operands = std::move(operands);
  return AddNode(function, region, std::move(node));
}

NodeId Copier::At(NodeId from) const {
  auto found = copies_.find(from.index);
  return found == copies_.end() ? from : found->second;
}

NodeId Copier::CopyNode(NodeId node, RegionId into) {
  // By value: within one function the store may move while its regions are copied.
  Node copy = from_.nodes[node];
  for (NodeId& operand : copy.operands) {
    operand = At(operand);
  }
  std::vector<RegionId> regions = std::exchange(copy.regions, {});
  NodeId id = AddNode(to_, into, std::move(copy));
  Map(node, id);
  for (RegionId region : regions) {
    RegionId inner = CopyRegion(region);
    to_.nodes[id].regions.push_back(inner);
  }
  return id;
}

void Copier::CopyNodes(RegionId region, RegionId into) {
  std::vector<NodeId> nodes = from_.regions[region].nodes;
  for (NodeId node : nodes) {
    CopyNode(node, into);
  }
}

RegionId Copier::CopyRegion(RegionId region) {
  RegionId id = to_.regions.Add({});
  std::vector<NodeId> parameters = from_.regions[region].parameters;
  for (NodeId parameter : parameters) {
    Node node = from_.nodes[parameter];
    NodeId copy = to_.nodes.Add(std::move(node));
    to_.regions[id].parameters.push_back(copy);
    Map(parameter, copy);
  }
  CopyNodes(region, id);
  to_.regions[id].result = At(from_.regions[region].result);
  return id;
}

}  // namespace plait::ir
