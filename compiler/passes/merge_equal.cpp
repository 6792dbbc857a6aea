#include "compiler/passes/merge_equal.h"

#include <map>
#include <utility>
#include <vector>

#include "compiler/ir/can_fail.h"
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
    MergeRegion(function_.body, {});
    function_ = ir::Canonical(function_);
  }

 private:
  [[nodiscard]] NodeId Resolve(NodeId id) const { return replacement_[id.index].has_value() ? replacement_[id.index] : id; }

  /// By what a node is told from those that it may not become: what may fail stays with its guard.
  using Key = std::pair<uint32_t, RegionId>;
  [[nodiscard]] Key KeyOf(NodeId id, RegionId guard) const {
    return {number_of_[id.index], ir::CanFail(function_, function_.nodes[id]) ? guard : RegionId()};
  }

  /// `guard` is the innermost region of a guard that is this one or around it, if there is one.
  void MergeRegion(RegionId region, RegionId guard) {
    std::vector<NodeId> kept;
    std::vector<Key> keys;
    for (NodeId id : function_.regions[region].nodes) {
      Key key = KeyOf(id, guard);
      if (auto equal = visible_.find(key); equal != visible_.end()) {
        replacement_[id.index] = equal->second;
        continue;
      }
      for (NodeId& operand : function_.nodes[id].operands) {
        operand = Resolve(operand);
      }
      for (RegionId inner : function_.nodes[id].regions) {
        MergeRegion(inner, function_.nodes[id].kind == ir::NodeKind::Try ? inner : guard);
      }
      visible_.emplace(key, id);
      kept.push_back(id);
      keys.push_back(key);
    }
    for (const Key& key : keys) {
      visible_.erase(key);
    }
    function_.regions[region].nodes = std::move(kept);
    function_.regions[region].result = Resolve(function_.regions[region].result);
  }

  ir::Function& function_;
  std::vector<uint32_t> number_of_;
  std::vector<NodeId> replacement_;
  /// The node with that value that stands before, in the regions around.
  std::map<Key, NodeId> visible_;
};

}  // namespace

ir::Graph MergeEqual(ir::Graph graph) {
  for (ir::Function& function : graph.functions) {
    Merger(function).Run();
  }
  return graph;
}

}  // namespace plait
