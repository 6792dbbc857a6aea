#include "runtime/tasks/drafts.h"

#include <algorithm>
#include <optional>

namespace plait {
namespace {

/// Tokens that must be the same for what followed them to be a guess.
constexpr size_t kEnding = 3;

/// Where the latest occurrence of `ending` in `text` ends that something follows.
std::optional<size_t> EndOfLatest(std::span<const int32_t> text, std::span<const int32_t> ending) {
  for (size_t end = text.size(); end-- > ending.size();) {
    if (std::equal(ending.begin(), ending.end(), text.begin() + static_cast<ptrdiff_t>(end - ending.size()))) {
      return end;
    }
  }
  return std::nullopt;
}

}  // namespace

void DraftRecord::Note(int64_t guesses, int64_t accepted) {
  // Half of the weight is that of the last twenty tries or so, so that the rate follows a text that changes.
  constexpr double kKept = 0.97;
  for (int64_t i = 0; i < std::min(guesses, accepted + 1); ++i) {
    right_ = right_ * kKept + (i < accepted ? 1 : 0);
    tried_ = tried_ * kKept + 1;
  }
}

std::span<const int32_t> LookUpGuesses(std::span<const int32_t> text, std::span<const std::span<const int32_t>> others, int64_t limit) {
  if (text.size() < kEnding) {
    return {};
  }
  const std::span<const int32_t> ending = text.last(kEnding);
  auto following = [&](std::span<const int32_t> place) -> std::span<const int32_t> {
    std::optional<size_t> end = EndOfLatest(place, ending);
    return end ? place.subspan(*end, std::min(static_cast<size_t>(limit), place.size() - *end)) : std::span<const int32_t>();
  };
  std::span<const int32_t> guesses = following(text);
  for (size_t i = 0; i < others.size() && guesses.empty(); ++i) {
    guesses = following(others[i]);
  }
  return guesses;
}

}  // namespace plait
