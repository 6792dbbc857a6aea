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
  /// What calls of a batch have in common: how many calls come before them, the model and method, what they give, and all that they are
  /// given but the text.
  using Key = std::tuple<int, ir::ModelId, std::string, std::string, std::vector<std::string>, std::vector<NodeId>>;
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
      if (std::optional<size_t> text = TextOf(function_.nodes[node])) {
        batches[KeyOf(function_.nodes[node], *text, calls_before_[node.index])].push_back(node);
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

  /// Which operand is the text that calls of a batch may differ in; nothing where the call is not to be part of one.
  [[nodiscard]] std::optional<size_t> TextOf(const ir::Node& node) const {
    if (node.kind != NodeKind::CallModel || HoldsStream(node.type) || !graph_.models[node.model].methods.empty()) {
      return std::nullopt;
    }
    std::optional<size_t> text;
    for (size_t i = 0; i < node.operands.size(); ++i) {
      const Type& type = function_.nodes[node.operands[i]].type;
      if (HoldsStream(type)) {
        return std::nullopt;
      }
      if (!text && type.Is(TypeKind::String)) {
        text = i;
      }
    }
    return text;
  }

  static Key KeyOf(const ir::Node& call, size_t text, int calls_before) {
    std::vector<NodeId> others = call.operands;
    others[text] = NodeId();
    return {calls_before, call.model, call.method, call.type.ToString(), call.names, std::move(others)};
  }

  ir::Node NodeOf(NodeKind kind, Type type, Span span, std::vector<NodeId> operands) {
    ir::Node node;
    node.kind = kind;
    node.type = std::move(type);
    node.span = span;
    node.operands = std::move(operands);
    return node;
  }

  /// Appends a map over the texts of the calls to the region, and what each call gave.
  void AddBatch(const std::vector<NodeId>& calls, RegionId region) {
    ir::Node call = function_.nodes[calls[0]];
    const size_t text = *TextOf(call);
    const Type text_type = Type::Of(TypeKind::String);
    std::vector<NodeId> texts;
    for (NodeId id : calls) {
      texts.push_back(function_.nodes[id].operands[text]);
      call.item_spans.push_back(function_.nodes[id].span);
    }
    const Type type = call.type;
    const Span span = call.span;
    const NodeId list = ir::AddNode(function_, region, NodeOf(NodeKind::List, Type::List(text_type), span, std::move(texts)));
    const RegionId body = function_.regions.Add({});
    call.operands[text] = ir::AddParameter(function_, body, text_type, span);
    ir::AddParameter(function_, body, Type::Of(TypeKind::Int), span);
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
