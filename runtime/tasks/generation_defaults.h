// What a model's own files say about how it writes, where a call does not.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "compiler/base/result.h"
#include "compiler/base/value.h"
#include "runtime/tasks/sampling.h"

namespace plait {

/// Keys of the same names in generation_config.json; where a key is absent, the default of transformers' `generate`.
struct GenerationDefaults {
  SamplingParameters sampling;
  std::optional<int64_t> max_length;
  std::optional<int64_t> max_new_tokens;
  std::optional<int32_t> bos_token_id;
  std::vector<int32_t> eos_token_ids;

  bool operator==(const GenerationDefaults&) const = default;
};

/// Reads generation_config.json or, where that is null, the same keys of config.json, as transformers does for old checkpoints.
/// Fails with `model-config-invalid` where a value is of the wrong kind or out of its range, and with `model-unsupported` where
/// the file asks for a way of writing that this room does not have (beams, forbidden words, …), naming the key.
Result<GenerationDefaults> ReadGenerationDefaults(const Value& generation_config, const Value& config, std::string_view folder);

}  // namespace plait
