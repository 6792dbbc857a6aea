// One call of `generate`, checked against the model and completed from the model's own defaults.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/base/pass_limits.h"
#include "compiler/base/result.h"
#include "compiler/base/value.h"
#include "runtime/tasks/generation_defaults.h"
#include "runtime/tasks/sampling.h"

namespace plait {

/// The most sequences that one call may ask for; it bounds what a request can make the process hold.
inline constexpr int64_t kMaxReturnSequences = 1024;

struct GenerationRequest {
  /// At least one.
  std::vector<int32_t> prompt_ids;
  /// Prompt and new tokens together; more than the prompt has, at most the model's positions.
  int64_t max_length = 0;
  SamplingParameters sampling;
  std::vector<int32_t> eos_token_ids;
  std::vector<std::string> stop;
  int64_t num_return_sequences = 1;
  uint64_t seed = 0;
};

/// `arguments` are those of stdlib's text.Generator.generate; a prompt without tokens becomes the model's begin token, as in
/// transformers. Where limits compete, the first of these holds: the call's `max_new_tokens`, its `max_length`, the defaults'
/// `max_new_tokens`, their `max_length`, kDefaultNewTokens; defaults are cut to the model's positions. Fails with `argument-range`,
/// or `prompt-too-long` where the prompt leaves no room for a new token.
Result<GenerationRequest> MakeGenerationRequest(const ValueFields& arguments, std::vector<int32_t> prompt_ids,
                                                const GenerationDefaults& defaults, int64_t max_positions);

}  // namespace plait
