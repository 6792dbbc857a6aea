// Vectors of texts that do not fit where the program has them.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "compiler/catalog/model_facts.h"
#include "compiler/diagnostics/diagnostic.h"
#include "compiler/ir/graph.h"

namespace plait {

inline constexpr std::string_view kEmbedderTask = "text.Embedder";

// Both need a graph whose functions are inlined, before constants are folded: the places are then still those of the source.

/// Reports `embedding-mix` where vectors of two models are compared.
void CheckEmbeddingMix(const ir::Graph& graph, Sink& sink);
/// Reports `model-limit` where a vector is said to have another size than its model's. `facts` has one a model of the graph.
void CheckVectorSizes(const ir::Graph& graph, const std::vector<std::optional<ModelFacts>>& facts, Sink& sink);

}  // namespace plait
