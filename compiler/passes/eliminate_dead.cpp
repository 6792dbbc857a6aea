#include "compiler/passes/eliminate_dead.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "compiler/ir/edit.h"

namespace plait {
namespace {

using ir::NodeId;

/// By node: whether the result of the function needs it or may need it.
std::vector<bool> FindLive(const ir::Function& function) {
  std::vector<bool> is_live(function.nodes.size());
  std::vector<NodeId> waiting = {function.regions[function.body].result};
  while (!waiting.empty()) {
    NodeId id = waiting.back();
    waiting.pop_back();
    if (is_live[id.index]) {
      continue;
    }
    is_live[id.index] = true;
    const ir::Node& node = function.nodes[id];
    waiting.insert(waiting.end(), node.operands.begin(), node.operands.end());
    for (ir::RegionId region : node.regions) {
      waiting.push_back(function.regions[region].result);
    }
  }
  return is_live;
}

/// A loop of one round never asks its condition.
void DropUnaskedConditions(ir::Function& function) {
  for (uint32_t i = 0; i < function.nodes.size(); ++i) {
    const ir::Node& node = function.nodes[NodeId{i}];
    if (node.kind == ir::NodeKind::Loop && node.limit == 1) {
      ir::RegionId condition = node.regions[1];
      function.regions[condition].nodes.clear();
      function.regions[condition].result = ir::AddConstant(function, condition, Type::Of(TypeKind::Bool), Value::Bool(false));
    }
  }
}

void DropUnusedModels(ir::Graph& graph) {
  std::vector<bool> is_called(graph.models.size());
  for (const ir::Function& function : graph.functions) {
    for (const ir::Node& node : function.nodes) {
      if (node.kind == ir::NodeKind::CallModel) {
        is_called[node.model.index] = true;
      }
    }
  }
  Store<ir::ModelId, ir::Model> kept;
  std::vector<ir::ModelId> new_ids(graph.models.size());
  for (uint32_t i = 0; i < graph.models.size(); ++i) {
    if (is_called[i]) {
      new_ids[i] = kept.Add(std::move(graph.models[ir::ModelId{i}]));
    }
  }
  graph.models = std::move(kept);
  for (ir::Function& function : graph.functions) {
    for (ir::Node& node : function.nodes) {
      if (node.kind == ir::NodeKind::CallModel) {
        node.model = new_ids[node.model.index];
      }
    }
  }
}

}  // namespace

ir::Graph EliminateDead(ir::Graph graph) {
  for (ir::Function& function : graph.functions) {
    DropUnaskedConditions(function);
    std::vector<bool> is_live = FindLive(function);
    for (ir::Region& region : function.regions) {
      std::erase_if(region.nodes, [&](NodeId node) { return !is_live[node.index]; });
    }
    function = ir::Canonical(function);
  }
  DropUnusedModels(graph);
  return graph;
}

}  // namespace plait
