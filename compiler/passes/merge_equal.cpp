#include "compiler/passes/merge_equal.h"

#include <unordered_map>
#include <utility>
#include <vector>

#include "compiler/ir/edit.h"
#include "compiler/passes/value_numbers.h"

namespace plait {
namespace {

using ir::NodeId;
using ir::RegionId;

class Merger {
 public:
  explicit Merger(ir::Function& function) : function_(function), number_of_(NumberValues(function)), replacement_(function.nodes.size()) {}

  void Run() {
    MergeRegion(function_.body);
    function_ = ir::Canonical(function_);
  }

 private:
  [[nodiscard]] NodeId Resolve(NodeId id) const { return replacement_[id.index].has_value() ? replacement_[id.index] : id; }

  void MergeRegion(RegionId region) {
    std::vector<NodeId> kept;
    for (NodeId id : function_.regions[region].nodes) {
      uint32_t number = number_of_[id.index];
      if (auto equal = visible_.find(number); equal != visible_.end()) {
        replacement_[id.index] = equal->second;
        continue;
      }
      for (NodeId& operand : function_.nodes[id].operands) {
        operand = Resolve(operand);
      }
      for (RegionId inner : function_.nodes[id].regions) {
        MergeRegion(inner);
      }
      visible_.emplace(number, id);
      kept.push_back(id);
    }
    for (NodeId id : kept) {
      visible_.erase(number_of_[id.index]);
    }
    function_.regions[region].nodes = std::move(kept);
    function_.regions[region].result = Resolve(function_.regions[region].result);
  }

  ir::Function& function_;
  std::vector<uint32_t> number_of_;
  std::vector<NodeId> replacement_;
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
