#include "compiler/passes/value_numbers.h"

#include <string>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

namespace plait {
namespace {

using ir::NodeId;
using ir::NodeKind;
using ir::RegionId;

class Numberer {
 public:
  explicit Numberer(const ir::Function& function) : function_(function), number_of_(function.nodes.size()) {}

  std::vector<uint32_t> Run() {
    NumberRegion(function_.body, 0);
    return std::move(number_of_);
  }

 private:
  uint32_t NumberOf(std::string key) { return numbers_.try_emplace(std::move(key), static_cast<uint32_t>(numbers_.size())).first->second; }

  /// Returns the number of the region's result.
  uint32_t NumberRegion(RegionId id, size_t depth) {
    const ir::Region& region = function_.regions[id];
    for (size_t i = 0; i < region.parameters.size(); ++i) {
      NodeId parameter = region.parameters[i];
      number_of_[parameter.index] = NumberOf(fmt::format("parameter {} {} {}", depth, i, function_.nodes[parameter].type.ToString()));
    }
    for (NodeId node : region.nodes) {
      number_of_[node.index] = NumberOf(KeyOf(function_.nodes[node], depth));
    }
    return number_of_[region.result.index];
  }

  /// Everything that tells the node's value from another's, with numbers for what it uses.
  std::string KeyOf(const ir::Node& node, size_t depth) {
    std::string key = fmt::format("{} {} {} {} {}", static_cast<int>(node.kind), static_cast<int>(node.operation), node.model.index,
                                  node.function.index, node.type.ToString());
    for (const std::string& name : node.names) {
      key += QuoteJson(name);
    }
    key += QuoteJson(node.method);
    if (HoldsStream(node.type)) {
      key += fmt::format(" stream {}", streams_++);  // read once, so equal to no other
    }
    if (node.kind == NodeKind::Is) {
      key += node.tested.ToString();
    }
    if (node.kind == NodeKind::Try) {
      key += fmt::format("{} {} {}", node.within_ms.value_or(0), node.retries, node.is_tolerant);
    }
    if (node.kind == NodeKind::Loop) {
      key += fmt::format("{}", node.limit);
    }
    if (node.kind == NodeKind::Constant) {
      key += ConstantText(node.constant);
    }
    for (NodeId operand : node.operands) {
      key += fmt::format(" {}", number_of_[operand.index]);
    }
    for (RegionId region : node.regions) {
      key += fmt::format(" region {}", NumberRegion(region, depth + 1));
    }
    return key;
  }

  const ir::Function& function_;
  std::vector<uint32_t> number_of_;
  std::unordered_map<std::string, uint32_t> numbers_;
  uint32_t streams_ = 0;
};

}  // namespace

std::vector<uint32_t> NumberValues(const ir::Function& function) { return Numberer(function).Run(); }

}  // namespace plait
