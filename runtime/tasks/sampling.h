// From one row of logits to the next token: transformers' logits processors and a sampler that depends on nothing but its seeds.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "runtime/kernels/top_k.h"

namespace plait {

/// Names and meaning as in transformers' GenerationConfig.
struct SamplingParameters {
  bool do_sample = false;
  double temperature = 1.0;         // above 0
  int64_t top_k = 50;               // 0 keeps all tokens
  double top_p = 1.0;               // from 0 to 1
  double repetition_penalty = 1.0;  // above 0; the only one that greedy decoding uses as well

  bool operator==(const SamplingParameters&) const = default;
};

struct TokenProbability {
  int32_t token = 0;
  /// A logit while it is processed, then a probability.
  double value = 0;
};

/// What one pass over logits tells.
struct LogitScan {
  /// The token with the largest logit, the first of equals, as torch.argmax.
  int32_t token = 0;
  /// Whether no logit is infinite or not a number.
  bool all_finite = true;
};
LogitScan ScanLogits(std::span<const float> logits);

/// Whether no logit is infinite or not a number.
bool AllFinite(std::span<const float> logits);

/// The token with the largest logit, the first of equals, as torch.argmax.
int32_t ArgMax(std::span<const float> logits);

/// Divides the logits of `tokens` (each named once) by the penalty where they are positive and multiplies them by it where they
/// are negative, as RepetitionPenaltyLogitsProcessor (arXiv:1909.05858).
void PenalizeRepetition(std::span<float> logits, std::span<const int32_t> tokens, double penalty);

/// Works out what may be drawn. Keeps its memory between rows; one thread at a time.
class TokenSampler {
 public:
  /// The distribution after temperature, top-k and top-p, in this order, as transformers' warpers: only tokens that may be drawn,
  /// by ascending id, probabilities summing to 1. Top-k keeps all that equal the k-th largest; top-p drops the least probable
  /// tokens whose probabilities add up to at most 1 - top_p, of equal ones those with the lower ids first, and keeps at least one.
  /// Valid until the next call. `logits` is [vocab_size], finite.
  std::span<const TokenProbability> Distribution(std::span<const float> logits, const SamplingParameters& parameters);

 private:
  void KeepTopK(std::span<const float> logits, double temperature, int64_t top_k);
  float LargestScore(size_t rank);
  void KeepTopP(double top_p);

  std::vector<float> scores_;
  std::vector<TopKEntry> best_;
  std::vector<TokenProbability> kept_;
  std::vector<TokenProbability> ascending_;
};

/// A number in [0, 1) made of its four arguments alone (SplitMix64 over them, one after the other), so that a draw does not
/// depend on the batch, the threads or the draws before it. `sequence` is the index among a call's return sequences and `token`
/// the index among its new tokens.
double UniformDraw(uint64_t request_seed, uint64_t seed, uint64_t sequence, uint64_t token);

/// The token where the distribution's running sum, by ascending id, first exceeds `uniform`. Needs at least one token.
int32_t DrawToken(std::span<const TokenProbability> distribution, double uniform);

}  // namespace plait
