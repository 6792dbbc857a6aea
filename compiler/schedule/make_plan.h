// Graph and machine to plan.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/base/source.h"
#include "compiler/catalog/machine.h"
#include "compiler/catalog/model_facts.h"
#include "compiler/diagnostics/diagnostic.h"
#include "compiler/ir/graph.h"
#include "compiler/plan/plan.h"

namespace plait {

struct PlanInputs {
  Machine machine;
  /// One a model of the graph, in its order; absent where the folder was not found.
  std::vector<std::optional<ModelFacts>> facts;
  std::string source_digest;
  /// Demands beyond the machine are errors, not warnings.
  bool strict = false;
  /// Where generators' guesses come from.
  std::vector<DraftSource> drafts = AllDraftSources();
  /// What an entry may take at most. Copies that make drafts are left out, then smaller models that do, before it is said that something
  /// does not fit.
  std::optional<int64_t> max_memory;
};

/// Needs a graph after the required passes (no CallFunction). Every entry of the graph becomes an entry of the plan. Reports what facts and
/// machine refute: untrained-head, label-unknown, model-limit, memory-too-small, machine-too-small, and notes metadata-absent.
/// Deterministic.
plan::Plan MakePlan(const ir::Graph& graph, const PlanInputs& inputs, const SourceManager& sources, Sink& sink);

}  // namespace plait
