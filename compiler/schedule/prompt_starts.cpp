#include "compiler/schedule/prompt_starts.h"

#include <algorithm>
#include <set>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace plait::schedule {
namespace {

using ir::NodeId;
using ir::NodeKind;

constexpr size_t kLeastBytes = 64;
/// Of one model, the longest.
constexpr size_t kMostStarts = 4;

using Texts = std::set<std::string>;

class StartFinder {
 public:
  explicit StartFinder(const ir::Function& function) : function_(function) {
    for (const ir::Node& node : function.nodes) {
      if (node.kind == NodeKind::Map) {
        source_of_[function.regions[node.regions[0]].parameters[0].index] = node.operands[0];
      }
    }
  }

  /// What a value of type string may begin with; empty where nothing is known.
  [[nodiscard]] Texts StartsOf(NodeId id, int depth = 0) const {
    constexpr int kMostDepth = 64;
    const ir::Node& node = function_.nodes[id];
    if (depth > kMostDepth) {
      return {};
    }
    switch (node.kind) {
      case NodeKind::Constant:
        return node.constant.is_string() ? Texts{node.constant.AsString()} : Texts{};
      case NodeKind::Apply:
        return node.operation == Operation::Add && node.type.Is(TypeKind::String) ? StartsOfSum(node, depth) : Texts{};
      case NodeKind::If:
        return Union({function_.regions[node.regions[0]].result, function_.regions[node.regions[1]].result}, depth);
      case NodeKind::Parameter:
        return StartsOfItem(id, depth);
      default:
        return {};
    }
  }

 private:
  [[nodiscard]] Texts StartsOfSum(const ir::Node& sum, int depth) const {
    Texts starts = StartsOf(sum.operands[0], depth + 1);
    const ir::Node& first = function_.nodes[sum.operands[0]];
    if (first.kind != NodeKind::Constant) {
      return starts;
    }
    Texts longer;
    for (const std::string& rest : StartsOf(sum.operands[1], depth + 1)) {
      longer.insert(*starts.begin() + rest);
    }
    return longer.empty() ? starts : longer;
  }

  [[nodiscard]] Texts StartsOfItem(NodeId parameter, int depth) const {
    const auto source = source_of_.find(parameter.index);
    if (source == source_of_.end()) {
      return {};
    }
    const ir::Node& list = function_.nodes[source->second];
    if (list.kind == NodeKind::List) {
      return Union(list.operands, depth);
    }
    Texts texts;
    if (list.kind == NodeKind::Constant && list.constant.is_list()) {
      for (const Value& item : list.constant.AsList()) {
        if (item.is_string()) {
          texts.insert(item.AsString());
        }
      }
    }
    return texts;
  }

  [[nodiscard]] Texts Union(const std::vector<NodeId>& nodes, int depth) const {
    Texts all;
    for (NodeId node : nodes) {
      all.merge(StartsOf(node, depth + 1));
    }
    return all;
  }

  const ir::Function& function_;
  /// By a map's item: the list.
  std::unordered_map<uint32_t, NodeId> source_of_;
};

}  // namespace

std::vector<std::string> PromptStarts(const ir::Graph& graph, ir::ModelId model) {
  Texts found;
  for (const ir::Function& function : graph.functions) {
    if (!function.is_entry) {
      continue;
    }
    const StartFinder finder(function);
    for (const ir::Node& node : function.nodes) {
      const auto prompt = std::ranges::find(node.names, "prompt");
      if (node.kind == NodeKind::CallModel && node.model == model && prompt != node.names.end()) {
        found.merge(finder.StartsOf(node.operands[static_cast<size_t>(prompt - node.names.begin())]));
      }
    }
  }
  std::vector<std::string> starts(found.begin(), found.end());
  std::erase_if(starts, [](const std::string& text) { return text.size() < kLeastBytes; });
  std::ranges::stable_sort(starts, std::ranges::greater(), &std::string::size);
  starts.resize(std::min(starts.size(), kMostStarts));
  return starts;
}

int64_t PromptStartBytes(const std::string& text, const ModelSizes& sizes) {
  constexpr double kBytesAToken = 4;
  constexpr double kFloatBytes = 4;
  const double tokens = static_cast<double>(text.size()) / kBytesAToken;
  return static_cast<int64_t>(tokens * sizes.layers * 2 * sizes.hidden * kFloatBytes);
}

}  // namespace plait::schedule
