// What a model's call costs, told from the model's sizes and what is known of the texts before anything runs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/base/drafts.h"
#include "compiler/catalog/model_facts.h"
#include "compiler/ir/graph.h"
#include "compiler/schedule/model_sizes.h"
#include "compiler/schedule/work.h"

namespace plait::schedule {

/// Items that a list is taken to have where its length is not known.
inline constexpr int64_t kAssumedItems = 4;

/// Rounds that a loop is taken to run: halfway between one and all that it may, rounded up.
inline double ExpectedRounds(int64_t limit) {
  int64_t rounds = limit / 2 + 1;
  return static_cast<double>(rounds);
}

class CostModel {
 public:
  /// `facts` and `drafts` as in PlanInputs. Graph, function and facts outlive the cost model.
  CostModel(const ir::Graph& graph, const ir::Function& function, const std::vector<std::optional<ModelFacts>>& facts,
            const std::vector<DraftSource>& drafts);

  /// Of a CallModel node that runs for `lanes` lanes, in one pass or in as many as the model's `batch` makes of them.
  Work WorkOf(ir::NodeId call, int64_t lanes);
  /// The number of items of a list.
  int64_t ItemsOf(ir::NodeId list) { return ItemsOf(list, 0); }
  /// Tells it that in a map's regions `item` is one of `list`.
  void SetSource(ir::NodeId item, ir::NodeId list) { sources_[item.index] = list; }

  /// The value where it is known before anything runs: a constant or a parameter's default. Null is no value.
  [[nodiscard]] std::optional<Value> KnownValue(ir::NodeId node) const;
  /// The node given for a parameter of a call.
  [[nodiscard]] std::optional<ir::NodeId> ArgumentOf(const ir::Node& call, std::string_view name) const;

  /// What the costs rest on, each once, in the order in which it was used.
  std::vector<std::string> TakeAssumptions() { return std::move(assumptions_); }

 private:
  struct Generation {
    double prompt = 0;
    double new_tokens = 0;
  };

  [[nodiscard]] ModelSizes SizesOf(ir::ModelId model) const;
  Generation LengthsOf(const ir::Node& call, const ModelSizes& sizes);
  Work WorkOfPass(const ir::Node& call, int64_t lanes);
  Work Generate(const ir::Node& call, int64_t lanes);
  void Guess(const std::string& name, const ModelSizes& sizes, double sequences, Segment& decode);
  Work RunCode(const ir::Node& call, int64_t lanes);
  Work Encode(const ir::Node& call, int64_t lanes);
  int64_t ItemsOf(ir::NodeId list, int depth);
  int64_t CountItems(ir::NodeId list, int depth);
  int64_t SequencesOf(const ir::Node& call);
  double TokensOf(ir::NodeId text, int depth);
  double TokensOfItem(ir::NodeId list, int depth);
  double WidestOperand(const ir::Node& node, int depth);
  void Assume(std::string assumption);

  const ir::Graph& graph_;
  const ir::Function& function_;
  const std::vector<std::optional<ModelFacts>>& facts_;
  bool guesses_by_model_;
  /// By node: the list whose item it is.
  std::vector<ir::NodeId> sources_;
  /// By node: tokens already told, or a negative number.
  std::vector<double> tokens_;
  std::vector<int64_t> items_;
  std::vector<std::string> assumptions_;
};

}  // namespace plait::schedule
