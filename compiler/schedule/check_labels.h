// Texts of a program that no classifier of its can ever answer.
#pragma once

#include <optional>
#include <vector>

#include "compiler/base/source.h"
#include "compiler/catalog/model_facts.h"
#include "compiler/diagnostics/diagnostic.h"
#include "compiler/ir/graph.h"

namespace plait {

/// Reports `label-unknown`: a text that is compared with a label of a classifier and is none of its labels, and an enum that a label is
/// converted to whose variants are not its labels. Needs a graph whose functions are inlined, before constants are folded: the places of
/// the texts are then still those of the source. `facts` has one a model of the graph.
void CheckLabels(const ir::Graph& graph, const std::vector<std::optional<ModelFacts>>& facts, const SourceManager& sources, Sink& sink);

}  // namespace plait
