// How well a decoder predicts a text, and how far another one, with the same vocabulary, agrees with it at every position.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "compiler/base/result.h"
#include "runtime/base/cancellation.h"
#include "runtime/base/thread_team.h"
#include "runtime/models/causal_lm.h"

namespace plait {

/// Tokens [begin, end) of a text, two at least. The first is only read; each of the others is predicted from those before it here.
struct TextWindow {
  size_t begin = 0;
  size_t end = 0;

  [[nodiscard]] size_t scored() const { return end - begin - 1; }
  bool operator==(const TextWindow&) const = default;
};

/// The text as Hugging Face's "Perplexity of fixed-length models" cuts it with a stride of the whole length: windows of `length` tokens
/// (two at least), one after the other. What is left at the end is a shorter window, or is left out where it is a single token.
std::vector<TextWindow> WindowsOf(size_t tokens, size_t length);

/// What two models say of the token that follows a position. Losses are in nats.
struct PositionScores {
  /// -log of the probability of the token that the text has, by each model.
  double exact_loss = 0;
  double class_loss = 0;
  /// The Kullback-Leibler divergence of the second model's probabilities from those of the first, 0 or more.
  double divergence = 0;
  /// Whether the likeliest token is the same; of equally likely ones the first counts.
  bool is_top_equal = false;
};

/// From the logits of both, [vocab_size], in double arithmetic; `token` is the one that the text has. Not finite where a logit is not.
PositionScores ScorePosition(std::span<const float> exact, std::span<const float> in_class, int32_t token);

/// Means over the scored tokens of all windows.
struct TextComparison {
  int64_t windows = 0;
  int64_t scored_tokens = 0;
  int64_t equal_tops = 0;
  double exact_loss = 0;
  double class_loss = 0;
  double divergence = 0;
};

/// Runs both models over the windows of a text of two tokens at least. Besides the models there are one window's keys and values of each
/// and the logits of a few rows. `progress` is told the scored tokens and all that will be. The numbers do not depend on the team's size.
/// Fails with `arithmetic` where logits are not finite, and with `cancelled`.
Result<TextComparison> CompareOnText(const CausalLm& exact, const CausalLm& in_class, std::span<const int32_t> tokens,
                                     const std::function<void(int64_t done, int64_t total)>& progress, ThreadTeam& team,
                                     const Cancellation& cancellation);

}  // namespace plait
