#include "runtime/tasks/draft_past.h"

#include <algorithm>

namespace plait {
namespace {

/// So many tokens more are worth copying rather than reading.
constexpr size_t kWorthCopying = 8;

}  // namespace

DraftPast::DraftPast(const DraftModel& draft, int slots, int64_t max_tokens)
    : draft_(draft),
      max_tokens_(std::min(max_tokens, draft.model->max_positions())),
      cache_(draft.model->NewCache(slots, max_tokens_)),
      held_(static_cast<size_t>(slots)) {
  for (std::vector<int32_t>& held : held_) {
    held.reserve(static_cast<size_t>(max_tokens_));
  }
}

size_t DraftPast::Align(int slot, std::span<const int32_t> tokens) {
  const std::span<const int32_t> wanted = tokens.first(tokens.size() - 1);
  std::vector<int32_t>& held = held_[static_cast<size_t>(slot)];
  const size_t own = EqualTokens(wanted, held);
  const KeyValueCache* from = cache_.get();
  int from_slot = slot;
  size_t most = own;
  if (wanted.size() - own >= kWorthCopying) {
    auto consider = [&](const KeyValueCache& cache, size_t other, std::span<const int32_t> other_tokens) {
      if (const size_t equal = EqualTokens(wanted, other_tokens); equal > most) {
        from = &cache;
        from_slot = static_cast<int>(other);
        most = equal;
      }
    };
    for (const ReadPrompt& start : draft_.prompt_starts) {
      consider(*start.cache, 0, start.tokens);
    }
    for (size_t other = 0; other < held_.size(); ++other) {
      consider(*cache_, other, held_[other]);
    }
  }
  if (most > own || own < held.size()) {
    cache_->CopyFrom(*from, from_slot, slot, static_cast<int64_t>(most));
    held.assign(wanted.begin(), wanted.begin() + static_cast<ptrdiff_t>(most));
  }
  return most;
}

bool DraftPast::IsComing(std::span<const CausalLm::Step> steps, std::span<const int32_t> tokens, size_t held) const {
  const std::span<const int32_t> wanted = tokens.first(tokens.size() - 1);
  return wanted.size() >= held + kWorthCopying && std::ranges::any_of(steps, [&](const CausalLm::Step& step) {
           const std::vector<int32_t>& other = held_[static_cast<size_t>(step.sequence)];
           const size_t equal = EqualTokens(wanted, other);
           const size_t coming = equal == other.size() ? EqualTokens(wanted.subspan(equal), step.tokens) : 0;
           return equal + coming >= held + kWorthCopying;
         });
}

std::span<const float> DraftPast::Forward(std::span<const CausalLm::Step> steps, ThreadTeam& team) {
  const std::span<const float> logits = draft_.model->Forward(steps, draft_.copy, *cache_, team);
  for (const CausalLm::Step& step : steps) {
    std::vector<int32_t>& held = held_[static_cast<size_t>(step.sequence)];
    held.insert(held.end(), step.tokens.begin(), step.tokens.end());
  }
  return logits;
}

}  // namespace plait
