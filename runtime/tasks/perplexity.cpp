#include "runtime/tasks/perplexity.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include <fmt/format.h>

namespace plait {
namespace {

/// Rows of a pass: enough that the weights are worth reading, few enough that their logits take little (13 MB of GPT-2's vocabulary).
constexpr size_t kRowsAtOnce = 64;

/// The softmax of a row of logits. The largest logit and the rest of the normaliser are kept apart, as their sum would round the rest away.
class RowSoftmax {
 public:
  explicit RowSoftmax(std::span<const float> logits) : logits_(logits) {
    top_ = static_cast<size_t>(std::ranges::max_element(logits) - logits.begin());
    most_ = logits[top_];
    double sum = 0;
    for (float logit : logits) {
      sum += std::exp(static_cast<double>(logit) - most_);
    }
    rest_ = std::log(sum);
  }

  [[nodiscard]] size_t top() const { return top_; }
  [[nodiscard]] double LogOf(size_t i) const { return static_cast<double>(logits_[i]) - most_ - rest_; }

 private:
  std::span<const float> logits_;
  size_t top_ = 0;
  double most_ = 0;
  double rest_ = 0;
};

/// The two models' passes over one window after the other.
class Comparison {
 public:
  Comparison(const CausalLm& exact, const CausalLm& in_class, std::span<const int32_t> tokens, ThreadTeam& team)
      : exact_(exact), in_class_(in_class), tokens_(tokens), team_(team) {
    const auto room = static_cast<int64_t>(std::min(tokens.size(), static_cast<size_t>(exact.max_positions())));
    exact_cache_ = exact.NewCache(1, room);
    class_cache_ = in_class.NewCache(1, room);
  }

  void Begin() {
    exact_cache_->CopySequence(0, 0, 0);
    class_cache_->CopySequence(0, 0, 0);
  }

  /// Reads tokens [begin, end) and scores what follows each. Sums go in the order of the text, whoever scored.
  Result<void> Score(size_t begin, size_t end, TextComparison& sums) {
    const CausalLm::Step step{0, tokens_.subspan(begin, end - begin), static_cast<int64_t>(end - begin)};
    const std::span<const float> exact = exact_.Forward(std::span(&step, 1), WeightCopy::Main, *exact_cache_, team_);
    const std::span<const float> in_class = in_class_.Forward(std::span(&step, 1), WeightCopy::Main, *class_cache_, team_);
    const auto vocabulary = static_cast<size_t>(exact_.vocab_size());
    scores_.resize(end - begin);
    team_.ParallelFor(step.asking, 1, [&](int64_t first, int64_t last) {
      for (auto row = static_cast<size_t>(first); row < static_cast<size_t>(last); ++row) {
        scores_[row] = ScorePosition(exact.subspan(row * vocabulary, vocabulary), in_class.subspan(row * vocabulary, vocabulary),
                                     tokens_[begin + row + 1]);
      }
    });
    for (size_t row = 0; row < scores_.size(); ++row) {
      const PositionScores& scores = scores_[row];
      if (!std::isfinite(scores.exact_loss + scores.class_loss + scores.divergence)) {
        return Error{FailureKind::Arithmetic, fmt::format("the logits after token {} of the text are not finite", begin + row), "", {}};
      }
      sums.exact_loss += scores.exact_loss;
      sums.class_loss += scores.class_loss;
      sums.divergence += scores.divergence;
      sums.equal_tops += scores.is_top_equal ? 1 : 0;
      ++sums.scored_tokens;
    }
    return {};
  }

 private:
  const CausalLm& exact_;
  const CausalLm& in_class_;
  std::span<const int32_t> tokens_;
  ThreadTeam& team_;
  std::unique_ptr<KeyValueCache> exact_cache_;
  std::unique_ptr<KeyValueCache> class_cache_;
  std::vector<PositionScores> scores_;
};

}  // namespace

std::vector<TextWindow> WindowsOf(size_t tokens, size_t length) {
  std::vector<TextWindow> windows;
  for (size_t begin = 0; begin + 1 < tokens; begin += length) {
    windows.push_back({begin, std::min(begin + length, tokens)});
  }
  return windows;
}

PositionScores ScorePosition(std::span<const float> exact, std::span<const float> in_class, int32_t token) {
  const RowSoftmax expected(exact);
  const RowSoftmax got(in_class);
  double divergence = 0;
  for (size_t i = 0; i < exact.size(); ++i) {
    const double log = expected.LogOf(i);
    divergence += std::exp(log) * (log - got.LogOf(i));
  }
  const auto target = static_cast<size_t>(token);
  // Below zero by rounding alone. Written so that what is not a number stays none.
  return {-expected.LogOf(target), -got.LogOf(target), divergence < 0 ? 0 : divergence, expected.top() == got.top()};
}

Result<TextComparison> CompareOnText(const CausalLm& exact, const CausalLm& in_class, std::span<const int32_t> tokens,
                                     const std::function<void(int64_t done, int64_t total)>& progress, ThreadTeam& team,
                                     const Cancellation& cancellation) {
  const std::vector<TextWindow> windows = WindowsOf(tokens.size(), static_cast<size_t>(exact.max_positions()));
  int64_t total = 0;
  for (const TextWindow& window : windows) {
    total += static_cast<int64_t>(window.scored());
  }
  TextComparison sums;
  sums.windows = static_cast<int64_t>(windows.size());
  Comparison comparison(exact, in_class, tokens, team);
  for (const TextWindow& window : windows) {
    comparison.Begin();
    for (size_t begin = window.begin; begin + 1 < window.end; begin += kRowsAtOnce) {
      PLAIT_TRY_VOID(cancellation.Check());
      PLAIT_TRY_VOID(comparison.Score(begin, std::min(begin + kRowsAtOnce, window.end - 1), sums));
      if (progress) {
        progress(sums.scored_tokens, total);
      }
    }
  }
  const auto count = static_cast<double>(sums.scored_tokens);
  sums.exact_loss /= count;
  sums.class_loss /= count;
  sums.divergence /= count;
  return sums;
}

}  // namespace plait
