// Models whose logits are plain functions of their tokens, which note what they were asked to do.
#pragma once

#include <doctest/doctest.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "compiler/base/value.h"
#include "runtime/models/causal_lm.h"
#include "runtime/models/sequence_classifier.h"
#include "runtime/tasks/task.h"

namespace plait {

using Tokens = std::vector<int32_t>;

class FakeCache : public KeyValueCache {
 public:
  FakeCache(int sequences, int64_t max_tokens) : max_tokens_(max_tokens), sequences_(static_cast<size_t>(sequences)) {}

  [[nodiscard]] int64_t Length(int sequence) const override { return static_cast<int64_t>(Of(sequence).size()); }

  void CopyFrom(const KeyValueCache& other, int from, int to, int64_t length) override {
    REQUIRE(other.Length(from) >= length);
    const Tokens& source = dynamic_cast<const FakeCache&>(other).Of(from);
    Tokens copied(source.begin(), source.begin() + length);
    sequences_.at(static_cast<size_t>(to)) = std::move(copied);
  }

  void Append(int sequence, std::span<const int32_t> tokens) {
    Tokens& held = sequences_.at(static_cast<size_t>(sequence));
    held.insert(held.end(), tokens.begin(), tokens.end());
    REQUIRE(Length(sequence) <= max_tokens_);
  }

  [[nodiscard]] const Tokens& Of(int sequence) const { return sequences_.at(static_cast<size_t>(sequence)); }

  std::vector<float> logits;

 private:
  int64_t max_tokens_;
  std::vector<Tokens> sequences_;
};

/// Says what `next` makes of all tokens of a sequence.
class FakeLm : public CausalLm {
 public:
  using Next = std::function<std::vector<float>(const Tokens&)>;

  FakeLm(int64_t vocab_size, int64_t max_positions, Next next)
      : vocab_size_(vocab_size), max_positions_(max_positions), next_(std::move(next)) {}

  [[nodiscard]] int64_t vocab_size() const override { return vocab_size_; }
  [[nodiscard]] int64_t max_positions() const override { return max_positions_; }
  [[nodiscard]] int64_t weights_per_token() const override { return weights; }
  [[nodiscard]] int64_t bytes_per_pass(WeightCopy copy) const override { return copy == WeightCopy::Draft ? weights : 4 * weights; }
  [[nodiscard]] bool has_draft() const override { return static_cast<bool>(draft_); }
  /// What the small copy says.
  void SetDraft(Next draft) { draft_ = std::move(draft); }

  [[nodiscard]] std::unique_ptr<KeyValueCache> NewCache(int sequences, int64_t max_tokens) const override {
    cache_sequences = sequences;
    cache_tokens = max_tokens;
    return std::make_unique<FakeCache>(sequences, max_tokens);
  }

  std::span<const float> Forward(std::span<const Step> steps, WeightCopy copy, KeyValueCache& cache, ThreadTeam& /*team*/) const override {
    auto& held = dynamic_cast<FakeCache&>(cache);
    held.logits.clear();
    Tokens counts;
    for (const Step& step : steps) {
      REQUIRE(!step.tokens.empty());
      for (size_t i = 0; i < step.tokens.size(); ++i) {
        held.Append(step.sequence, step.tokens.subspan(i, 1));
        if (static_cast<int64_t>(step.tokens.size() - i) > step.asking) {
          continue;
        }
        std::vector<float> row = (copy == WeightCopy::Draft ? draft_ : next_)(held.Of(step.sequence));
        REQUIRE(static_cast<int64_t>(row.size()) == vocab_size_);
        held.logits.insert(held.logits.end(), row.begin(), row.end());
      }
      counts.push_back(static_cast<int32_t>(step.tokens.size()));
    }
    (copy == WeightCopy::Draft ? draft_passes : passes).push_back(std::move(counts));
    if (after_pass) {
      after_pass();
    }
    return held.logits;
  }

  /// As if in fp32.
  int64_t weights = 1000;
  /// The tokens of each step of each pass.
  mutable std::vector<Tokens> passes;
  mutable std::vector<Tokens> draft_passes;
  mutable int cache_sequences = 0;
  mutable int64_t cache_tokens = 0;
  std::function<void()> after_pass;

 private:
  int64_t vocab_size_;
  int64_t max_positions_;
  Next next_;
  Next draft_;
};

/// A letter for each token, from `a` on.
inline std::string DecodeLetters(std::span<const int32_t> tokens) {
  std::string text;
  for (int32_t token : tokens) {
    text += static_cast<char>('a' + token);
  }
  return text;
}

/// A row of zeros with a one at `token`.
inline std::vector<float> Prefer(int64_t vocab_size, int64_t token) {
  std::vector<float> row(static_cast<size_t>(vocab_size), 0.0F);
  row.at(static_cast<size_t>(token)) = 1.0F;
  return row;
}

/// A decoder that always says the number after the last one.
inline FakeLm CountingLm(int64_t vocab_size = 32, int64_t max_positions = 1024) {
  return {vocab_size, max_positions, [=](const Tokens& tokens) { return Prefer(vocab_size, (tokens.back() + 1) % vocab_size); }};
}

/// Says what `row` makes of a text's tokens and types.
class FakeClassifier : public SequenceClassifier {
 public:
  using Row = std::function<std::vector<float>(std::span<const int32_t> input_ids, std::span<const int32_t> token_type_ids)>;

  FakeClassifier(int64_t num_labels, Row row) : num_labels_(num_labels), row_(std::move(row)) {}

  [[nodiscard]] int64_t num_labels() const override { return num_labels_; }
  [[nodiscard]] int64_t vocab_size() const override { return 1000; }
  [[nodiscard]] int64_t max_positions() const override { return 512; }
  [[nodiscard]] EncoderCost cost() const override { return {1000, 50, 4200}; }

  Result<std::vector<float>> Forward(std::span<const EncoderInput> batch, ThreadTeam& /*team*/,
                                     const Cancellation& cancellation) const override {
    PLAIT_TRY_VOID(cancellation.Check());
    std::vector<float> logits;
    passes.push_back(batch.size());
    for (const EncoderInput& text : batch) {
      std::vector<float> row = row_(text.input_ids, text.token_type_ids);
      logits.insert(logits.end(), row.begin(), row.end());
    }
    if (after_pass) {
      after_pass();
    }
    return logits;
  }

  /// The texts of each pass.
  mutable std::vector<size_t> passes;
  std::function<void()> after_pass;

 private:
  int64_t num_labels_;
  Row row_;
};

/// Runs `body` with a context on a team of one thread.
inline void WithContext(const std::function<void(CallContext&)>& body, uint64_t request_seed = 0) {
  ThreadPool pool(1);
  Cancellation cancellation;
  pool.Run([&](ThreadTeam& team) {
    CallContext context{team, cancellation, request_seed, nullptr};
    body(context);
  });
}

}  // namespace plait
