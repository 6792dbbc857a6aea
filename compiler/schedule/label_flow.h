// Which texts a value may be, as far as the labels of classifiers and the constants of the program tell.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "compiler/catalog/model_facts.h"
#include "compiler/ir/graph.h"
#include "compiler/schedule/value_flow.h"

namespace plait::schedule {

/// All the texts that a value can be, and the models whose labels are among them.
struct PossibleTexts {
  std::set<std::string> texts;
  std::set<uint32_t> models;
};

/// Follows values of one function of a graph without calls of functions back to the calls that made them, as ValueFlow does and through
/// operations on texts. What cannot be told is nothing, never a guess.
class LabelFlow {
 public:
  /// `facts` has one a model of the graph. All outlive the flow.
  LabelFlow(const ir::Graph& graph, const ir::Function& function, const std::vector<std::optional<ModelFacts>>& facts)
      : graph_(graph), function_(function), facts_(facts), flow_(function) {}

  /// Of a value that is a text, or null.
  std::optional<PossibleTexts> TextsOf(ir::NodeId text) { return Find(text, {}, 0); }
  /// Of the items of a list of texts.
  std::optional<PossibleTexts> ItemsOf(ir::NodeId list) { return Find(list, {kItem}, 0); }

 private:
  using Found = std::optional<PossibleTexts>;

  Found Find(ir::NodeId id, ValuePath path, int depth);
  Found Follow(ir::NodeId id, ValuePath path, int depth);
  Found FollowCall(const ir::Node& node, const ValuePath& path, int depth);
  Found ApplyToAll(const ir::Node& node, int depth);
  Found Union(const std::vector<ValuePart>& parts, int depth);

  const ir::Graph& graph_;
  const ir::Function& function_;
  const std::vector<std::optional<ModelFacts>>& facts_;
  ValueFlow flow_;
  /// What is being followed counts as not told, so that a loop's state ends.
  std::map<std::pair<uint32_t, ValuePath>, Found> known_;
};

}  // namespace plait::schedule
