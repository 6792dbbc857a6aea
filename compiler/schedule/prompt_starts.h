// What prompts are known to begin with before any request comes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/ir/graph.h"
#include "compiler/schedule/model_sizes.h"

namespace plait::schedule {

/// The constant texts that prompts of a generator's calls begin with, where they are long enough to be worth keeping, each once, in order.
/// A runtime reads them into keys and values when it loads the model.
std::vector<std::string> PromptStarts(const ir::Graph& graph, ir::ModelId model);

/// What the keys and values of such a text take, about: a token is taken to have four bytes.
int64_t PromptStartBytes(const std::string& text, const ModelSizes& sizes);

}  // namespace plait::schedule
