// How a model is built from its checkpoint.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "compiler/base/model_options.h"
#include "runtime/nn/weight_reader.h"

namespace plait {

struct LoadOptions {
  Precision precision = Precision::Exact;
  /// Whether a decoder keeps a small copy of its weights to make drafts with.
  bool keeps_draft = false;
  /// Draws the classification head where the checkpoint has none: N(0, initializer_range), zero biases.
  std::optional<uint64_t> random_head_seed;
  /// Where weights that take computing are kept from one load to the next.
  WeightReader::Cache cache;
  /// Called with the bytes of weights that are ready, copies for drafts among them, from any thread of the team and not always in order.
  std::function<void(uint64_t bytes)> progress;
};

}  // namespace plait
