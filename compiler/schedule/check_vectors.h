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

/// Reports `embedding-mix` where vectors of two models are compared, and `model-limit` where a vector is said to have another size than its
/// model's. Needs a graph whose functions are inlined, before constants are folded. `facts` has one a model of the graph; sizes are told
/// only where it is there.
void CheckVectors(const ir::Graph& graph, const std::vector<std::optional<ModelFacts>>& facts, Sink& sink);

}  // namespace plait
