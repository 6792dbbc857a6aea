#include "compiler/ir/can_fail.h"

#include <algorithm>
#include <unordered_set>

namespace plait::ir {
namespace {

bool ApplyCanFail(const Node& node) {
  if (IsComparison(node.operation)) {
    return false;
  }
  switch (node.operation) {
    case Operation::Add:
      return !node.type.Is(TypeKind::String) && !node.type.Is(TypeKind::List);
    case Operation::Not:
    case Operation::In:
    case Operation::Length:
    case Operation::ToFloat:
    case Operation::Display:
    case Operation::Flatten:
    case Operation::Lookup:
    case Operation::Entries:
    case Operation::MemberOrNull:
      return false;
    default:
      return true;
  }
}

/// The nodes that stand in the regions of a node, parameters too, and in those within.
void CollectInner(const Function& function, const Node& node, std::unordered_set<uint32_t>& inner) {
  for (RegionId region : node.regions) {
    for (NodeId id : function.regions[region].parameters) {
      inner.insert(id.index);
    }
    for (NodeId id : function.regions[region].nodes) {
      inner.insert(id.index);
      CollectInner(function, function.nodes[id], inner);
    }
  }
}

}  // namespace

bool CanFail(const Function& function, const Node& node) {
  switch (node.kind) {
    case NodeKind::Parameter:
    case NodeKind::Constant:
    case NodeKind::List:
    case NodeKind::Record:
    case NodeKind::Is:
      return false;
    case NodeKind::Apply:
      return ApplyCanFail(node);
    case NodeKind::Field:
      return !function.nodes[node.operands[0]].type.is_record();
    case NodeKind::Cast:
    case NodeKind::Try:
    case NodeKind::CallModel:
    case NodeKind::CallFunction:
      return true;
    case NodeKind::Map:
      if (function.nodes[node.operands[0]].type.Is(TypeKind::Stream)) {
        return true;  // the stream may
      }
      [[fallthrough]];
    case NodeKind::If:
    case NodeKind::Loop:
      return std::ranges::any_of(node.regions, [&](RegionId region) {
        return std::ranges::any_of(function.regions[region].nodes, [&](NodeId id) { return CanFail(function, function.nodes[id]); });
      });
  }
  return true;
}

std::vector<NodeId> NeededFromOutside(const Function& function, const Node& node) {
  std::unordered_set<uint32_t> inner;
  CollectInner(function, node, inner);
  std::unordered_set<uint32_t> seen;
  std::vector<NodeId> outside;
  std::vector<NodeId> waiting;
  auto need = [&](NodeId id) {
    if (seen.insert(id.index).second) {
      (inner.contains(id.index) ? waiting : outside).push_back(id);
    }
  };
  for (RegionId region : node.regions) {
    need(function.regions[region].result);
  }
  while (!waiting.empty()) {
    const Node& next = function.nodes[waiting.back()];
    waiting.pop_back();
    std::ranges::for_each(next.operands, need);
    for (RegionId region : next.regions) {
      need(function.regions[region].result);
    }
  }
  return outside;
}

}  // namespace plait::ir
