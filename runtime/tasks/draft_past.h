// What a smaller model has read of the sequences that it guesses for.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "runtime/models/causal_lm.h"
#include "runtime/tasks/generation.h"

namespace plait {

/// The smaller model's keys and values of a batch's sequences, by their slots. It is told of no token: what a slot holds is held against
/// the sequence when that is to be guessed.
class DraftPast {
 public:
  /// Room for `max_tokens` tokens a slot, if the model has as many positions. `draft` outlives the past.
  DraftPast(const DraftModel& draft, int slots, int64_t max_tokens);

  /// The most tokens of a sequence whose next one it can guess.
  [[nodiscard]] int64_t max_tokens() const { return max_tokens_; }

  /// Makes the slot hold the beginning of `tokens` and nothing else, as much as it or another slot has of it, or as was known before. Never
  /// the last one, whose logits are still to come. Returns how many it holds.
  size_t Align(int slot, std::span<const int32_t> tokens);

  /// Whether another slot is going to hold enough of `tokens` from `held` on when `steps` have run for it to be worth waiting for.
  [[nodiscard]] bool IsComing(std::span<const CausalLm::Step> steps, std::span<const int32_t> tokens, size_t held) const;

  /// Runs the steps, of which each goes on with what its slot holds. The logits are as CausalLm::Forward gives them.
  std::span<const float> Forward(std::span<const CausalLm::Step> steps, ThreadTeam& team);

 private:
  const DraftModel& draft_;
  int64_t max_tokens_;
  std::unique_ptr<KeyValueCache> cache_;
  /// By slot: the tokens whose keys and values it holds.
  std::vector<std::vector<int32_t>> held_;
};

}  // namespace plait
