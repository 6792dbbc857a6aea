#include "compiler/passes/inline_calls.h"

#include <optional>
#include <string_view>
#include <utility>

#include "compiler/ir/edit.h"

namespace plait {
namespace {

using ir::FunctionId;
using ir::NodeId;
using ir::NodeKind;
using ir::RegionId;

/// The functions that a function calls, each as often as it does.
std::vector<FunctionId> Callees(const ir::Function& function) {
  std::vector<FunctionId> callees;
  for (const ir::Node& node : function.nodes) {
    if (node.kind == NodeKind::CallFunction) {
      callees.push_back(node.function);
    }
  }
  return callees;
}

/// All functions that entries reach, each after those that it calls.
std::vector<FunctionId> CalleesFirst(const ir::Graph& graph) {
  struct Visit {
    FunctionId function;
    std::vector<FunctionId> callees;
    size_t next = 0;
  };
  std::vector<FunctionId> order;
  std::vector<bool> is_seen(graph.functions.size());
  for (uint32_t i = 0; i < graph.functions.size(); ++i) {
    if (!graph.functions[FunctionId{i}].is_entry || is_seen[i]) {
      continue;
    }
    is_seen[i] = true;
    std::vector<Visit> stack = {{FunctionId{i}, Callees(graph.functions[FunctionId{i}])}};
    while (!stack.empty()) {
      Visit& top = stack.back();
      if (top.next == top.callees.size()) {
        order.push_back(top.function);
        stack.pop_back();
        continue;
      }
      FunctionId callee = top.callees[top.next++];
      if (!is_seen[callee.index]) {
        is_seen[callee.index] = true;
        stack.push_back({callee, Callees(graph.functions[callee])});
      }
    }
  }
  return order;
}

/// `S` of `S.api`.
std::string_view ServiceOf(std::string_view function) {
  size_t dot = function.rfind('.');
  return dot == std::string_view::npos ? std::string_view() : function.substr(0, dot);
}

/// Whether a call must end sooner than its caller has to.
bool HasDeadlineOfItsOwn(const ir::Function& caller, const ir::Function& callee) {
  bool is_sooner = callee.timeout_ms && (!caller.timeout_ms || *callee.timeout_ms < *caller.timeout_ms);
  return is_sooner && ServiceOf(caller.name) != ServiceOf(callee.name);
}

/// Copies one function while it replaces its calls; the callees have none left.
class Inliner {
 public:
  Inliner(const ir::Graph& graph, const ir::Function& from) : graph_(graph), from_(from) {
    to_.name = from.name;
    to_.doc = from.doc;
    to_.parameters = from.parameters;
    to_.result = from.result;
    to_.is_entry = from.is_entry;
    to_.timeout_ms = from.timeout_ms;
    to_.span = from.span;
  }

  ir::Function Run() {
    nodes_.resize(from_.nodes.size());
    to_.body = CopyRegion(from_.body);
    return ir::Canonical(to_);
  }

 private:
  RegionId CopyRegion(RegionId region) {
    RegionId id = to_.regions.Add({});
    for (NodeId parameter : from_.regions[region].parameters) {
      nodes_[parameter.index] = to_.nodes.Add(from_.nodes[parameter]);
      to_.regions[id].parameters.push_back(nodes_[parameter.index]);
    }
    for (NodeId node : from_.regions[region].nodes) {
      nodes_[node.index] = CopyNode(from_.nodes[node], id);
    }
    to_.regions[id].result = nodes_[from_.regions[region].result.index];
    return id;
  }

  NodeId CopyNode(const ir::Node& node, RegionId into) {
    if (node.kind == NodeKind::CallFunction) {
      const ir::Function& callee = graph_.functions[node.function];
      return HasDeadlineOfItsOwn(from_, callee) ? GuardCallee(callee, node, into) : CopyCallee(callee, node.operands, into);
    }
    ir::Node copy = node;
    for (NodeId& operand : copy.operands) {
      operand = nodes_[operand.index];
    }
    copy.regions.clear();
    NodeId id = ir::AddNode(to_, into, std::move(copy));
    for (RegionId region : node.regions) {
      RegionId inner = CopyRegion(region);
      to_.nodes[id].regions.push_back(inner);
    }
    return id;
  }

  NodeId GuardCallee(const ir::Function& callee, const ir::Node& call, RegionId into) {
    ir::Node guard;
    guard.kind = NodeKind::Try;
    guard.type = call.type;
    guard.span = call.span;
    guard.within_ms = callee.timeout_ms;
    NodeId id = ir::AddNode(to_, into, std::move(guard));
    RegionId region = to_.regions.Add({});
    to_.nodes[id].regions = {region};
    NodeId result = CopyCallee(callee, call.operands, region);
    to_.regions[region].result = result;
    return id;
  }

  /// The callee's nodes between the caller's; returns the node of its result.
  NodeId CopyCallee(const ir::Function& callee, const std::vector<NodeId>& arguments, RegionId into) {
    const ir::Region& body = callee.regions[callee.body];
    ir::Copier copier(callee, to_);
    for (size_t i = 0; i < body.parameters.size(); ++i) {
      copier.Map(body.parameters[i], nodes_[arguments[i].index]);
    }
    copier.CopyNodes(callee.body, into);
    return copier.At(body.result);
  }

  const ir::Graph& graph_;
  const ir::Function& from_;
  ir::Function to_;
  /// By node of `from_`: the node of `to_` that has its value.
  std::vector<NodeId> nodes_;
};

}  // namespace

ir::Graph InlineCalls(ir::Graph graph) {
  for (FunctionId function : CalleesFirst(graph)) {
    graph.functions[function] = Inliner(graph, graph.functions[function]).Run();
  }
  Store<FunctionId, ir::Function> entries;
  for (ir::Function& function : graph.functions) {
    if (function.is_entry) {
      entries.Add(std::move(function));
    }
  }
  graph.functions = std::move(entries);
  return graph;
}

}  // namespace plait
