// What the models' facts and the machine say against a graph.
#pragma once

#include "compiler/schedule/make_plan.h"

namespace plait::schedule {

/// Reports untrained-head, label-unknown (for a model that lacks the labels of its task), model-limit, memory-too-small, machine-too-small
/// and metadata-absent.
void CheckFacts(const ir::Graph& graph, const PlanInputs& inputs, Sink& sink);

}  // namespace plait::schedule
