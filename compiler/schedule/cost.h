// What a model's call costs, told from the model's sizes and what is known of the texts before anything runs.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "compiler/catalog/model_facts.h"
#include "compiler/ir/graph.h"
#include "compiler/schedule/known_values.h"
#include "compiler/schedule/model_sizes.h"
#include "compiler/schedule/plan_drafts.h"
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
  /// `facts` as in PlanInputs; `drafts` has one a model, or none where nothing guesses. All outlive the cost model.
  CostModel(const ir::Graph& graph, const ir::Function& function, const std::vector<std::optional<ModelFacts>>& facts,
            std::span<const PlannedDrafts> drafts);

  /// Of a CallModel node that runs for `lanes` lanes, in one pass or in as many as the model's `batch` makes of them.
  Work WorkOf(ir::NodeId call, int64_t lanes);
  /// The number of items of a list.
  int64_t ItemsOf(ir::NodeId list) { return ItemsOf(list, 0); }
  /// Tells it that in a map's regions `item` is one of `list`.
  void SetSource(ir::NodeId item, ir::NodeId list) { sources_[item.index] = list; }

  /// What the costs rest on, each once, in the order in which it was used.
  std::vector<std::string> TakeAssumptions() { return std::move(assumptions_); }

 private:
  struct Generation {
    double prompt = 0;
    double new_tokens = 0;
  };

  [[nodiscard]] ModelSizes SizesOf(ir::ModelId model) const;
  /// The most that a number can be, and that a call's argument can, where that is known.
  [[nodiscard]] std::optional<int64_t> MostOf(ir::NodeId node) const;
  [[nodiscard]] std::optional<int64_t> MostOf(const ir::Node& call, std::string_view name) const;
  Generation LengthsOf(const ir::Node& call, const ModelSizes& sizes);
  /// How many of a call's sequences are written side by side.
  static double SequencesAtOnce(const Generation& lengths, const ModelSizes& sizes, double sequences);
  Work WorkOfPass(const ir::Node& call, int64_t lanes);
  Work Generate(const ir::Node& call, int64_t lanes);
  /// What guesses for a call, and how well.
  struct Guesser {
    DraftCosts costs;
    double rate = 0;
    DraftChoice choice;
    /// The smaller model, if it is one.
    std::optional<uint32_t> model;
  };
  [[nodiscard]] Guesser BestGuesser(const ir::Node& call, const Generation& lengths, double prompts, double sequences) const;
  void Guess(const ir::Node& call, const Generation& lengths, double prompts, double sequences, Segment& prefill, Segment& decode);
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
  std::span<const PlannedDrafts> drafts_;
  KnownValues known_;
  /// By node: the list whose item it is.
  std::vector<ir::NodeId> sources_;
  /// By node: tokens already told, or a negative number.
  std::vector<double> tokens_;
  std::vector<int64_t> items_;
  std::vector<std::string> assumptions_;
};

}  // namespace plait::schedule
