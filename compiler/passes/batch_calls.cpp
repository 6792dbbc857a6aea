#include "compiler/passes/batch_calls.h"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <unordered_map>
#include <utility>
#include <vector>

#include "compiler/ir/edit.h"

namespace plait {
namespace {

using ir::NodeId;
using ir::NodeKind;
using ir::RegionId;

class Batcher {
 public:
  Batcher(const ir::Graph& graph, ir::Function& function)
      : graph_(graph),
        function_(function),
        region_of_(ir::PlaceNodes(function).region_of),
        has_call_(function.nodes.size()),
        calls_before_(function.nodes.size()) {}

  void Run() {
    ReadInside(function_.body);
    for (uint32_t region = 0, count = static_cast<uint32_t>(function_.regions.size()); region < count; ++region) {
      BatchWithin(RegionId{region});
    }
    if (replacement_.empty()) {
      return;
    }
    for (ir::Node& node : function_.nodes) {
      for (NodeId& operand : node.operands) {
        operand = Resolve(operand);
      }
    }
    for (ir::Region& region : function_.regions) {
      region.result = Resolve(region.result);
    }
    function_ = ir::Canonical(function_);
  }

 private:
  /// What calls of a batch have in common: how many calls come before them, the model and method, what they give, and the names and types
  /// of what they are given.
  using Key = std::tuple<int, ir::ModelId, std::string, std::string, std::vector<std::string>, std::vector<std::string>>;
  /// What stands in a node's regions: what it uses, and whether there is a call in it.
  struct Inside {
    bool has_call = false;
    std::vector<NodeId> uses;
  };

  [[nodiscard]] NodeId Resolve(NodeId id) const {
    auto found = replacement_.find(id.index);
    return found == replacement_.end() ? id : found->second;
  }

  /// Enters what stands in the regions of each node of this one, and gives the same of all of it.
  Inside ReadInside(RegionId region) {
    Inside all;
    for (NodeId id : function_.regions[region].nodes) {
      const ir::Node& node = function_.nodes[id];
      has_call_[id.index] = node.kind == NodeKind::CallModel;
      if (!node.regions.empty()) {
        std::vector<NodeId>& uses = uses_inside_[id.index];
        for (RegionId inner : node.regions) {
          Inside inside = ReadInside(inner);
          has_call_[id.index] = has_call_[id.index] || inside.has_call;
          uses.insert(uses.end(), inside.uses.begin(), inside.uses.end());
          uses.push_back(function_.regions[inner].result);
        }
        all.uses.insert(all.uses.end(), uses.begin(), uses.end());
      }
      all.has_call = all.has_call || has_call_[id.index];
      all.uses.insert(all.uses.end(), node.operands.begin(), node.operands.end());
    }
    return all;
  }

  /// How many calls come before the node in its region, at most one after the other.
  [[nodiscard]] int CallsBefore(NodeId node, RegionId region) const {
    int calls = 0;
    auto look_at = [&](NodeId used) {
      if (region_of_[used.index] == region) {
        calls = std::max(calls, calls_before_[used.index] + (has_call_[used.index] ? 1 : 0));
      }
    };
    std::ranges::for_each(function_.nodes[node].operands, look_at);
    if (auto inside = uses_inside_.find(node.index); inside != uses_inside_.end()) {
      std::ranges::for_each(inside->second, look_at);
    }
    return calls;
  }

  void BatchWithin(RegionId region) {
    std::vector<NodeId> nodes = function_.regions[region].nodes;
    std::map<Key, std::vector<NodeId>> batches;
    for (NodeId node : nodes) {
      calls_before_[node.index] = CallsBefore(node, region);
      if (MayShareBatch(function_.nodes[node])) {
        batches[KeyOf(function_.nodes[node], calls_before_[node.index])].push_back(node);
      }
    }
    std::erase_if(batches, [](const auto& batch) { return batch.second.size() == 1; });
    if (batches.empty()) {
      return;
    }
    // What needs a call has more calls before it, so in this order all that a batch needs stands before its last call, and nothing that
    // needs it.
    std::ranges::stable_sort(nodes, {}, [&](NodeId node) { return calls_before_[node.index]; });
    std::unordered_map<uint32_t, const std::vector<NodeId>*> batch_of;
    for (const auto& [key, calls] : batches) {
      for (NodeId call : calls) {
        batch_of[call.index] = &calls;
      }
    }
    function_.regions[region].nodes.clear();
    for (NodeId node : nodes) {
      auto found = batch_of.find(node.index);
      if (found == batch_of.end()) {
        function_.regions[region].nodes.push_back(node);
      } else if (node == found->second->back()) {
        AddBatch(*found->second, region);
      }
    }
  }

  /// Calls of a task on texts, whose answers come whole.
  [[nodiscard]] bool MayShareBatch(const ir::Node& node) const {
    if (node.kind != NodeKind::CallModel || HoldsStream(node.type) || !graph_.models[node.model].methods.empty()) {
      return false;
    }
    auto type_of = [&](NodeId operand) -> const Type& { return function_.nodes[operand].type; };
    return std::ranges::none_of(node.operands, [&](NodeId operand) { return HoldsStream(type_of(operand)); }) &&
           std::ranges::any_of(node.operands, [&](NodeId operand) { return type_of(operand).Is(TypeKind::String); });
  }

  [[nodiscard]] Key KeyOf(const ir::Node& call, int calls_before) const {
    std::vector<std::string> types;
    for (NodeId operand : call.operands) {
      types.push_back(function_.nodes[operand].type.ToString());
    }
    return {calls_before, call.model, call.method, call.type.ToString(), call.names, std::move(types)};
  }

  /// The operands in which the calls differ; the first where they are all equal.
  [[nodiscard]] std::vector<size_t> DifferingOperands(const std::vector<NodeId>& calls) const {
    const std::vector<NodeId>& first = function_.nodes[calls[0]].operands;
    std::vector<size_t> differing;
    for (size_t i = 0; i < first.size(); ++i) {
      if (std::ranges::any_of(calls, [&](NodeId call) { return function_.nodes[call].operands[i] != first[i]; })) {
        differing.push_back(i);
      }
    }
    return differing.empty() ? std::vector<size_t>{0} : differing;
  }

  ir::Node NodeOf(NodeKind kind, Type type, Span span, std::vector<NodeId> operands) {
    ir::Node node;
    node.kind = kind;
    node.type = std::move(type);
    node.span = span;
    node.operands = std::move(operands);
    return node;
  }

  /// Appends what a call is given of its own: the one operand itself, or a record of several.
  NodeId AddItem(const ir::Node& call, const std::vector<size_t>& own, const Type& type, RegionId region) {
    if (own.size() == 1) {
      return call.operands[own[0]];
    }
    ir::Node record = NodeOf(NodeKind::Record, type, call.span, {});
    for (size_t operand : own) {
      record.names.push_back(call.names[operand]);
      record.operands.push_back(call.operands[operand]);
    }
    return ir::AddNode(function_, region, std::move(record));
  }

  [[nodiscard]] Type ItemType(const ir::Node& call, const std::vector<size_t>& own) const {
    auto type_of = [&](size_t operand) { return function_.nodes[call.operands[operand]].type; };
    if (own.size() == 1) {
      return type_of(own[0]);
    }
    std::vector<Type::Field> fields;
    for (size_t operand : own) {
      fields.push_back({call.names[operand], type_of(operand)});
    }
    return Type::Anonymous(std::move(fields));
  }

  /// Makes the call take its own operands from an item of the batch.
  void TakeFromItem(ir::Node& call, const std::vector<size_t>& own, NodeId item, RegionId body) {
    if (own.size() == 1) {
      call.operands[own[0]] = item;
      return;
    }
    for (size_t operand : own) {
      ir::Node field = NodeOf(NodeKind::Field, function_.nodes[call.operands[operand]].type, call.span, {item});
      field.names = {call.names[operand]};
      call.operands[operand] = ir::AddNode(function_, body, std::move(field));
    }
  }

  /// Appends a map over what the calls are given to the region, and what each call gave.
  void AddBatch(const std::vector<NodeId>& calls, RegionId region) {
    ir::Node call = function_.nodes[calls[0]];
    const std::vector<size_t> own = DifferingOperands(calls);
    const Type item_type = ItemType(call, own);
    std::vector<NodeId> items;
    for (NodeId id : calls) {
      items.push_back(AddItem(ir::Node(function_.nodes[id]), own, item_type, region));
      call.item_spans.push_back(function_.nodes[id].span);
    }
    const Type type = call.type;
    const Span span = call.span;
    const NodeId list = ir::AddNode(function_, region, NodeOf(NodeKind::List, Type::List(item_type), span, std::move(items)));
    const RegionId body = function_.regions.Add({});
    const NodeId item = ir::AddParameter(function_, body, item_type, span);
    ir::AddParameter(function_, body, Type::Of(TypeKind::Int), span);
    TakeFromItem(call, own, item, body);
    const NodeId inner = ir::AddNode(function_, body, std::move(call));
    function_.regions[body].result = inner;
    ir::Node map = NodeOf(NodeKind::Map, Type::List(type), span, {list});
    map.regions.push_back(body);
    const NodeId answers = ir::AddNode(function_, region, std::move(map));
    for (size_t i = 0; i < calls.size(); ++i) {
      const NodeId index = ir::AddConstant(function_, region, Type::Of(TypeKind::Int), Value::Int(static_cast<int64_t>(i)));
      const NodeId answer = ir::AddApply(function_, region, Operation::Index, type, {answers, index});
      function_.nodes[answer].span = function_.nodes[calls[i]].span;
      replacement_[calls[i].index] = answer;
    }
  }

  const ir::Graph& graph_;
  ir::Function& function_;
  std::vector<RegionId> region_of_;
  // By node.
  std::vector<bool> has_call_;
  std::vector<int> calls_before_;
  /// Of nodes with regions.
  std::unordered_map<uint32_t, std::vector<NodeId>> uses_inside_;
  std::unordered_map<uint32_t, NodeId> replacement_;
};

}  // namespace

ir::Graph BatchCalls(ir::Graph graph) {
  for (ir::Function& function : graph.functions) {
    Batcher(graph, function).Run();
  }
  return graph;
}

}  // namespace plait
