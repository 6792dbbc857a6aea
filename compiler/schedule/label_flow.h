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

namespace plait::schedule {

/// All the texts that a value can be, and the models whose labels are among them.
struct PossibleTexts {
  std::set<std::string> texts;
  std::set<uint32_t> models;
};

/// Follows values of one function of a graph without calls of functions back to the calls that made them: through fields, items, lists,
/// records, branches, comprehensions, loops and guards, and through operations on texts. What cannot be told is nothing, never a guess.
class LabelFlow {
 public:
  /// `facts` has one a model of the graph. All outlive the flow.
  LabelFlow(const ir::Graph& graph, const ir::Function& function, const std::vector<std::optional<ModelFacts>>& facts);

  /// Of a value that is a text, or null.
  std::optional<PossibleTexts> TextsOf(ir::NodeId text) { return Find(text, {}, 0); }
  /// Of the items of a list of texts.
  std::optional<PossibleTexts> ItemsOf(ir::NodeId list) { return Find(list, {kItem}, 0); }

 private:
  /// What is taken of a value, the first step last: the name of a field, or `kItem`.
  using Path = std::vector<std::string>;
  using Found = std::optional<PossibleTexts>;
  static constexpr const char* kItem = "";

  Found Find(ir::NodeId id, Path path, int depth);
  Found Follow(ir::NodeId id, Path path, int depth);
  Found FollowParameter(ir::NodeId id, Path path, int depth);
  Found FollowApply(const ir::Node& node, Path path, int depth);
  Found FollowTry(const ir::Node& node, Path path, int depth);
  Found FollowCall(const ir::Node& node, const Path& path, int depth);
  Found ApplyToAll(const ir::Node& node, int depth);
  Found Union(const std::vector<ir::NodeId>& nodes, const Path& path, int depth);

  const ir::Graph& graph_;
  const ir::Function& function_;
  const std::vector<std::optional<ModelFacts>>& facts_;
  /// By parameter of a map's or loop's region: the values that it takes, and whether those are lists of which it is an item.
  struct Source {
    std::vector<ir::NodeId> values;
    bool is_item = false;
  };
  std::map<uint32_t, Source> sources_;
  /// What is being followed counts as not told, so that a loop's state ends.
  std::map<std::pair<uint32_t, Path>, Found> known_;
};

}  // namespace plait::schedule
