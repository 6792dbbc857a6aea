// How right a decoder's guesses have been, and guesses from what was written before. A guess never changes what is written: the pass
// chooses each token as ever, and keeps what it computed for the guesses that are what it chose.
#pragma once

#include <cstdint>
#include <span>

#include "compiler/base/drafts.h"

namespace plait {

/// How often guesses of one kind have been right lately.
class DraftRecord {
 public:
  /// `expected_rate` counts for what is not known yet.
  explicit DraftRecord(double expected_rate) : right_(expected_rate * kFirstWeight), tried_(kFirstWeight) {}

  /// Of the `guesses` of one sequence in one pass the first `accepted` were right. What stands after a wrong one was not tried.
  void Note(int64_t guesses, int64_t accepted);

  /// How likely a guess is right after right ones.
  [[nodiscard]] double rate() const { return right_ / tried_; }

 private:
  static constexpr double kFirstWeight = 4;

  double right_;
  double tried_;
};

/// The tokens that followed the latest earlier place in `text` where its own last few tokens stand, at most `limit`; where there is none,
/// those that followed them in the first of `others` that has them. Empty where nothing is found.
std::span<const int32_t> LookUpGuesses(std::span<const int32_t> text, std::span<const std::span<const int32_t>> others, int64_t limit);

}  // namespace plait
