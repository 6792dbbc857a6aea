// A model's sizes as its costs and its memory follow from them: from its folder where that was found, else those of a usual one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "compiler/catalog/model_facts.h"
#include "compiler/ir/graph.h"

namespace plait::schedule {

/// Bytes that a model which is code is taken to have where its file was not found.
inline constexpr int64_t kAssumedCodeBytes = 100'000'000;

struct ModelSizes {
  double hidden = 0;
  double layers = 0;
  double inner = 0;
  double vocabulary = 0;
  double positions = 0;
  /// A weight of a linear layer in memory, as the precision asks.
  double bytes_each = 4;
  bool is_generator = false;

  /// Weights of all layers.
  [[nodiscard]] double LayerWeights() const { return layers * (4 * hidden * hidden + 2 * hidden * inner); }
  /// Those of the vocabulary projection, for generators.
  [[nodiscard]] double ProjectionWeights() const { return is_generator ? vocabulary * hidden : 0; }
};

ModelSizes SizesOf(const ir::Model& model, const std::optional<ModelFacts>& facts);

/// What the weights take in memory.
int64_t LoadedBytes(const ir::Model& model, const std::optional<ModelFacts>& facts);

/// What the int8 copy takes that guesses for a generator; 0 for other models and those whose weights are int8 themselves.
int64_t DraftBytes(const ir::Model& model, const std::optional<ModelFacts>& facts);

/// In the units of the language: `64 B`, `14.9 GiB`, `4 TiB`.
std::string MemoryText(int64_t bytes);

}  // namespace plait::schedule
