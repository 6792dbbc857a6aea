// Where each generator's guesses come from: which copies of weights are kept for them, and which smaller model guesses for which.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "compiler/base/drafts.h"
#include "compiler/catalog/model_facts.h"
#include "compiler/ir/graph.h"
#include "compiler/schedule/model_sizes.h"

namespace plait::schedule {

/// Where the guesses of one model come from.
struct PlannedDrafts {
  std::vector<DraftSource> sources;
  /// What its own int8 copy takes; 0 without one.
  int64_t copy_bytes = 0;
  /// The smaller model that guesses for it.
  std::optional<uint32_t> model;
};

/// What is to be found for the generators of a graph.
struct DraftWishes {
  std::vector<DraftSource> sources;
  /// Take a smaller model wherever there is one, not only where it is loaded anyway and promises more than an int8 copy does.
  bool always_takes_model = false;
};

/// One for each model of the graph; empty for what is no generator. `facts` as in PlanInputs.
std::vector<PlannedDrafts> PlanDrafts(const ir::Graph& graph, std::span<const std::optional<ModelFacts>> facts, const DraftWishes& wishes);

/// Bytes that a pass over a generator's weights reads where it only wants the likeliest token, which the int8 copy tells if there is one.
double BytesRead(const ModelSizes& sizes, bool has_copy);

/// What a guess of the int8 copy costs.
DraftCosts CostsOfCopy(const ModelSizes& sizes);

/// What a guess of a smaller model costs, which reads its own int8 copy where it has one.
DraftCosts CostsOfModel(const ModelSizes& sizes, bool has_copy, const ModelSizes& smaller, bool smaller_has_copy);

}  // namespace plait::schedule
