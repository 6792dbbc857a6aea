#include "compiler/passes/merge_equal.h"

#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "compiler/ir/edit.h"

namespace plait {
namespace {

using ir::NodeId;
using ir::NodeKind;
using ir::RegionId;

/// Gives each node a number that it shares with the nodes of equal value. A parameter's value is told by how many regions are around it:
/// of two regions equally deep, at most one is around any node, so what is visible at one place is never mixed up.
class Merger {
 public:
  explicit Merger(ir::Function& function) : function_(function), number_of_(function.nodes.size()), replacement_(function.nodes.size()) {}

  void Run() {
    MergeRegion(function_.body, 0);
    function_ = ir::Canonical(function_);
  }

 private:
  [[nodiscard]] NodeId Resolve(NodeId id) const { return replacement_[id.index].has_value() ? replacement_[id.index] : id; }

  uint32_t NumberOf(std::string key) { return numbers_.try_emplace(std::move(key), static_cast<uint32_t>(numbers_.size())).first->second; }

  /// Returns the number of the region's result.
  uint32_t MergeRegion(RegionId region, size_t depth) {
    const std::vector<NodeId>& parameters = function_.regions[region].parameters;
    for (size_t i = 0; i < parameters.size(); ++i) {
      number_of_[parameters[i].index] =
          NumberOf(fmt::format("parameter {} {} {}", depth, i, function_.nodes[parameters[i]].type.ToString()));
    }
    std::vector<NodeId> kept;
    std::vector<uint32_t> entered;
    for (NodeId id : function_.regions[region].nodes) {
      uint32_t number = MergeNode(id, depth);
      auto [place, is_new] = visible_.try_emplace(number, id);
      if (is_new) {
        kept.push_back(id);
        entered.push_back(number);
      } else {
        replacement_[id.index] = place->second;
      }
    }
    for (uint32_t number : entered) {
      visible_.erase(number);
    }
    NodeId result = Resolve(function_.regions[region].result);
    function_.regions[region].nodes = std::move(kept);
    function_.regions[region].result = result;
    return number_of_[result.index];
  }

  /// Everything that tells the node's value from another's, with numbers for what it uses.
  uint32_t MergeNode(NodeId id, size_t depth) {
    ir::Node& node = function_.nodes[id];
    std::string key = fmt::format("{} {} {} {} {}", static_cast<int>(node.kind), static_cast<int>(node.operation), node.model.index,
                                  node.function.index, node.type.ToString());
    for (const std::string& name : node.names) {
      key += QuoteJson(name);
    }
    key += QuoteJson(node.method);
    if (node.kind == NodeKind::Constant) {
      key += ToJson(node.constant);
    }
    for (NodeId& operand : node.operands) {
      operand = Resolve(operand);
      key += fmt::format(" {}", number_of_[operand.index]);
    }
    for (RegionId region : node.regions) {
      key += fmt::format(" region {}", MergeRegion(region, depth + 1));
    }
    uint32_t number = NumberOf(std::move(key));
    number_of_[id.index] = number;
    return number;
  }

  ir::Function& function_;
  std::vector<uint32_t> number_of_;
  std::vector<NodeId> replacement_;
  std::unordered_map<std::string, uint32_t> numbers_;
  /// By number: the node with that value that stands before, in the regions around.
  std::unordered_map<uint32_t, NodeId> visible_;
};

}  // namespace

ir::Graph MergeEqual(ir::Graph graph) {
  for (ir::Function& function : graph.functions) {
    Merger(function).Run();
  }
  return graph;
}

}  // namespace plait
