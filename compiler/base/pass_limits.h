// How the runtime cuts the work of calls into passes. The planner foresees with it what a call takes.
#pragma once

#include <algorithm>
#include <cstdint>

namespace plait {

/// New tokens where neither the call nor the model's files say how many, as transformers' TextGenerationPipeline.
inline constexpr int64_t kDefaultNewTokens = 256;

/// Sequences that share a generator's pass at most; others wait until one is done.
inline constexpr int64_t kMaxConcurrentSequences = 64;
/// Tokens that a cache has room for at most, unless one sequence alone needs more; it bounds the memory for keys and values.
inline constexpr int64_t kMaxCacheTokens = 16'384;

/// How many of so many sequences of that length share a cache; the others wait.
inline int64_t SequencesWithRoom(int64_t max_tokens, int64_t wanted) {
  return std::min(std::clamp(kMaxCacheTokens / std::max<int64_t>(max_tokens, 1), int64_t{1}, kMaxConcurrentSequences), wanted);
}

/// Tokens in one pass of an encoder at most, unless one text alone has more: beyond it a pass gains nothing and only holds more memory.
inline constexpr int64_t kEncoderTokens = 2048;

}  // namespace plait
