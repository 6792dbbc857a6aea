// What prompts are known to begin with before any request comes.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/ir/graph.h"
#include "compiler/schedule/model_sizes.h"

namespace plait::schedule {

/// By model: the constant texts that prompts of its calls begin with, where it is a generator and they are long enough to be worth keeping,
/// each once, the longest first. A runtime reads them into keys and values when it loads the model.
std::vector<std::vector<std::string>> PromptStarts(const ir::Graph& graph);

/// What the keys and values of such a text take, about: a token is taken to have four bytes.
int64_t PromptStartBytes(const std::string& text, const ModelSizes& sizes);

}  // namespace plait::schedule
