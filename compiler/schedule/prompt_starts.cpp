#include "compiler/schedule/prompt_starts.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <set>

#include "compiler/schedule/known_values.h"
#include "compiler/schedule/value_flow.h"

namespace plait::schedule {
namespace {

using ir::NodeKind;

constexpr size_t kLeastBytes = 64;
/// Of one model, the longest.
constexpr size_t kMostStarts = 4;
/// Of one value; of more nothing is said.
constexpr size_t kMostTexts = 64;

using Texts = std::set<std::string>;

class StartFinder {
 public:
  explicit StartFinder(const ir::Function& function) : function_(function), flow_(function) {}

  /// What a text may begin with; empty where nothing is known.
  Texts StartsOf(const ValuePart& part, int depth = 0) {
    constexpr int kMostDepth = 64;
    if (depth > kMostDepth) {
      return {};
    }
    auto [known, is_new] = known_.try_emplace(part);
    if (!is_new) {
      return known->second;
    }
    Texts texts = Find(part, depth + 1);
    if (texts.size() > kMostTexts) {
      texts.clear();
    }
    known_[part] = texts;
    return texts;
  }

 private:
  Texts Find(const ValuePart& part, int depth) {
    const ir::Node& node = function_.nodes[part.node];
    Texts texts;
    if (node.kind == NodeKind::Constant) {
      return CollectTexts(node.constant, part.path, texts) ? texts : Texts();
    }
    if (node.kind == NodeKind::Apply && node.operation == Operation::Add && node.type.Is(TypeKind::String)) {
      return OfSum(node, depth);
    }
    for (const ValuePart& source : flow_.SourcesOf(part).value_or(std::vector<ValuePart>())) {
      texts.merge(StartsOf(source, depth));
    }
    return texts;
  }

  Texts OfSum(const ir::Node& sum, int depth) {
    Texts starts = StartsOf({sum.operands[0], {}}, depth);
    if (function_.nodes[sum.operands[0]].kind != NodeKind::Constant) {
      return starts;
    }
    Texts longer;
    for (const std::string& rest : StartsOf({sum.operands[1], {}}, depth)) {
      longer.insert(*starts.begin() + rest);
    }
    return longer.empty() ? starts : longer;
  }

  const ir::Function& function_;
  ValueFlow flow_;
  std::map<ValuePart, Texts> known_;
};

/// The longest of those that are worth keeping.
std::vector<std::string> Longest(const Texts& found) {
  std::vector<std::string> starts(found.begin(), found.end());
  std::erase_if(starts, [](const std::string& text) { return text.size() < kLeastBytes; });
  std::ranges::stable_sort(starts, std::ranges::greater(), &std::string::size);
  starts.resize(std::min(starts.size(), kMostStarts));
  return starts;
}

}  // namespace

std::vector<std::vector<std::string>> PromptStarts(const ir::Graph& graph) {
  std::vector<Texts> found(graph.models.size());
  for (const ir::Function& function : graph.functions) {
    if (!function.is_entry) {
      continue;
    }
    StartFinder finder(function);
    for (const ir::Node& node : function.nodes) {
      if (node.kind != NodeKind::CallModel || graph.models[node.model].task != "text.Generator") {
        continue;
      }
      if (const std::optional<ir::NodeId> prompt = ArgumentOf(node, "prompt")) {
        found[node.model.index].merge(finder.StartsOf({*prompt, {}}));
      }
    }
  }
  std::vector<std::vector<std::string>> starts;
  std::ranges::transform(found, std::back_inserter(starts), Longest);
  return starts;
}

int64_t PromptStartBytes(const std::string& text, const ModelSizes& sizes) {
  constexpr double kBytesAToken = 4;
  constexpr double kFloatBytes = 4;
  const double tokens = static_cast<double>(text.size()) / kBytesAToken;
  return static_cast<int64_t>(tokens * sizes.layers * 2 * sizes.hidden * kFloatBytes);
}

}  // namespace plait::schedule
