#include "runtime/tasks/sampling.h"

#include <algorithm>
#include <cmath>

#include "compiler/base/split_mix.h"
#include "runtime/kernels/kernel_form.h"

namespace plait {
namespace {

/// Turns logits into probabilities that sum to 1.
void Normalize(std::vector<TokenProbability>& tokens) {
  double largest = -INFINITY;
  for (const TokenProbability& token : tokens) {
    largest = std::max(largest, token.value);
  }
  double sum = 0;
  for (TokenProbability& token : tokens) {
    token.value = std::exp(token.value - largest);
    sum += token.value;
  }
  for (TokenProbability& token : tokens) {
    token.value /= sum;
  }
}

/// The order in which top-p drops tokens.
bool IsBefore(const TokenProbability& a, const TokenProbability& b) {
  return a.value < b.value || (a.value == b.value && a.token < b.token);
}

}  // namespace

LogitScan ScanLogits(std::span<const float> logits) {
  if (logits.empty()) {
    return {};
  }
  const auto width = static_cast<int64_t>(logits.size());
  ArgMaxResult result;
  RunnableKernelForms().front()->arg_max({.x = logits.data(), .x_stride = width, .rows = 1, .width = width, .results = &result}, 0, 1);
  return {static_cast<int32_t>(result.index), result.all_finite};
}

bool AllFinite(std::span<const float> logits) { return ScanLogits(logits).all_finite; }

int32_t ArgMax(std::span<const float> logits) { return ScanLogits(logits).token; }

void PenalizeRepetition(std::span<float> logits, std::span<const int32_t> tokens, double penalty) {
  auto factor = static_cast<float>(penalty);
  for (int32_t token : tokens) {
    float& logit = logits[static_cast<size_t>(token)];
    logit = logit < 0 ? logit * factor : logit / factor;
  }
}

std::span<const TokenProbability> TokenSampler::Distribution(std::span<const float> logits, const SamplingParameters& parameters) {
  KeepTopK(logits, parameters.temperature, parameters.top_k);
  Normalize(kept_);
  if (parameters.top_p < 1.0) {
    KeepTopP(parameters.top_p);
  }
  return kept_;
}

void TokenSampler::KeepTopK(std::span<const float> logits, double temperature, int64_t top_k) {
  auto divisor = static_cast<float>(temperature);
  scores_.resize(logits.size());
  std::transform(logits.begin(), logits.end(), scores_.begin(), [&](float logit) { return logit / divisor; });
  bool keeps_all = top_k == 0 || static_cast<size_t>(top_k) >= scores_.size();
  float least = keeps_all ? -INFINITY : LargestScore(static_cast<size_t>(top_k));
  kept_.clear();
  for (size_t token = 0; token < scores_.size(); ++token) {
    if (scores_[token] >= least) {
      kept_.push_back({static_cast<int32_t>(token), scores_[token]});
    }
  }
}

/// The `rank`-th largest score, from 1.
float TokenSampler::LargestScore(size_t rank) {
  best_.resize(rank);
  const auto width = static_cast<int64_t>(scores_.size());
  RunnableKernelForms().front()->top_k(
      {.x = scores_.data(), .x_stride = width, .rows = 1, .width = width, .k = static_cast<int64_t>(rank), .entries = best_.data()}, 0, 1);
  return best_.back().value;
}

void TokenSampler::KeepTopP(double top_p) {
  // Tokens so improbable that all of them together stay within the limit need no sorting; the most probable is never one.
  double negligible = (1.0 - top_p) / static_cast<double>(kept_.size());
  double sum = 0;
  ascending_.clear();
  for (const TokenProbability& token : kept_) {
    if (token.value < negligible) {
      sum += token.value;
    } else {
      ascending_.push_back(token);
    }
  }
  std::sort(ascending_.begin(), ascending_.end(), IsBefore);
  // The sums and the limit are rounded to float as torch does, so that the two agree at round limits such as 0.9.
  auto limit = static_cast<float>(1.0 - top_p);
  TokenProbability least = ascending_.back();
  for (const TokenProbability& token : ascending_) {
    sum += static_cast<float>(token.value);
    if (static_cast<float>(sum) > limit) {
      least = token;
      break;
    }
  }
  std::erase_if(kept_, [&](const TokenProbability& token) { return IsBefore(token, least); });
  double kept_sum = 0;
  for (const TokenProbability& token : kept_) {
    kept_sum += token.value;
  }
  for (TokenProbability& token : kept_) {
    token.value /= kept_sum;
  }
}

double UniformDraw(uint64_t request_seed, uint64_t seed, uint64_t sequence, uint64_t token) {
  uint64_t state = SplitMix64(request_seed);
  state = SplitMix64(state ^ seed);
  state = SplitMix64(state ^ sequence);
  state = SplitMix64(state ^ token);
  constexpr double kUnit = 0x1.0p-53;
  return static_cast<double>(state >> 11) * kUnit;
}

int32_t DrawToken(std::span<const TokenProbability> distribution, double uniform) {
  double sum = 0;
  for (const TokenProbability& token : distribution) {
    sum += token.value;
    if (uniform < sum) {
      return token.token;
    }
  }
  // Rounding can leave the whole sum a little under 1; the rest belongs to the last token that may be drawn.
  return distribution.back().token;
}

}  // namespace plait
