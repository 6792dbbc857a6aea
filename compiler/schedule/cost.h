// What a model's call costs, told from the model's sizes and what is known of the texts before anything runs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/catalog/model_facts.h"
#include "compiler/ir/graph.h"
#include "compiler/schedule/work.h"

namespace plait::schedule {

/// Items that a list is taken to have where its length is not known.
inline constexpr int64_t kAssumedItems = 4;

/// Bytes that a model which is code is taken to have where its file was not found.
inline constexpr int64_t kAssumedCodeBytes = 100'000'000;

/// Rounds that a loop is taken to run: halfway between one and all that it may, rounded up.
inline double ExpectedRounds(int64_t limit) {
  int64_t rounds = limit / 2 + 1;
  return static_cast<double>(rounds);
}

class CostModel {
 public:
  /// `facts` as in PlanInputs. Both outlive the cost model.
  CostModel(const ir::Graph& graph, const ir::Function& function, const std::vector<std::optional<ModelFacts>>& facts);

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
  struct Sizes {
    double hidden = 0;
    double layers = 0;
    double inner = 0;
    double vocabulary = 0;
    double positions = 0;
    double bytes_each = 4;
    /// Weights of all layers.
    [[nodiscard]] double LayerWeights() const { return layers * (4 * hidden * hidden + 2 * hidden * inner); }
  };
  struct Generation {
    double prompt = 0;
    double new_tokens = 0;
  };

  [[nodiscard]] Sizes SizesOf(ir::ModelId model) const;
  Generation LengthsOf(const ir::Node& call, const Sizes& sizes);
  Work WorkOfPass(const ir::Node& call, int64_t lanes);
  Work Generate(const ir::Node& call, int64_t lanes);
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
  /// By node: the list whose item it is.
  std::vector<ir::NodeId> sources_;
  /// By node: tokens already told, or a negative number.
  std::vector<double> tokens_;
  std::vector<int64_t> items_;
  std::vector<std::string> assumptions_;
};

}  // namespace plait::schedule
