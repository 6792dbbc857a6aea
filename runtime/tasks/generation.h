// Writing on from prompts: many sequences share each pass over the weights, and each leaves when it is done.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "compiler/base/result.h"
#include "runtime/models/causal_lm.h"
#include "runtime/tasks/generation_request.h"
#include "runtime/tasks/stop_strings.h"
#include "runtime/tasks/task.h"

namespace plait {

/// Sequences that share a pass at most; others wait until one is done.
inline constexpr int64_t kMaxConcurrentSequences = 64;
/// Tokens that a cache has room for at most, unless one sequence alone needs more; it bounds the memory for keys and values.
inline constexpr int64_t kMaxCacheTokens = 16'384;
/// Prompt tokens in one pass at most, so that a long prompt can be cancelled and does not hold up sequences that write.
inline constexpr int64_t kPrefillTokens = 256;

struct GenerationSettings {
  /// What messages call the model.
  std::string model_name;
  /// Used for stop texts only.
  DecodeFunction decode;
  /// Multiplications that each row of logits adds to a pass, vocab_size x hidden_size; for the statistics.
  int64_t projection_elements = 0;
};

/// The new tokens of one sequence, with the end token where one ended it.
using NewTokens = std::vector<int32_t>;

/// Writes until an end token, a stop text or `max_length`, as transformers' GenerationMixin._sample. One result a request: its
/// return sequences in order. What a sequence says does not depend on the others. A request whose logits are not all finite fails
/// alone with `arithmetic`; `cancelled` and `deadline-exceeded` fail all that are not done.
std::vector<Result<std::vector<NewTokens>>> Generate(const CausalLm& model, std::span<const GenerationRequest> requests,
                                                     const GenerationSettings& settings, const CallContext& context);

}  // namespace plait
