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

/// What guessing by a smaller model has cost and saved, in passes over the larger one's weights, so that it cannot cost much more than it
/// saves: the smaller model has to read what it guesses on, and may always be wrong.
class DraftAccount {
 public:
  /// Passes that were made, guesses not counted.
  void Made(double passes) { made_ += passes; }
  void Spent(double passes) { balance_ -= passes; }
  void Saved(double passes) { balance_ += passes; }

  /// What guessing may cost now, where so many passes would still come without it.
  [[nodiscard]] double Allowed(double passes_to_come) const { return balance_ + MostToLose(made_, passes_to_come); }

 private:
  double made_ = 0;
  double balance_ = 0;
};

/// When to ask a source of guesses that does not pay: whether it would be right by now only shows where it is asked.
class DraftProbe {
 public:
  /// The passes between two probes grow by the factor from each to the next.
  explicit DraftProbe(int64_t growth) : growth_(growth) {}

  /// Tells of a pass that does not ask; returns whether it should.
  bool IsDue() { return ++passes_ >= between_; }
  /// Tells of a probe.
  void Probed() {
    passes_ = 0;
    between_ *= growth_;
  }
  /// The source pays.
  void Reset() {
    passes_ = 0;
    between_ = kFirstBetween;
  }

 private:
  static constexpr int64_t kFirstBetween = 32;
  int64_t growth_;
  int64_t passes_ = 0;
  int64_t between_ = kFirstBetween;
};

/// The tokens that followed the latest earlier place in `text` where its own last few tokens stand, at most `limit`; where there is none,
/// those that followed them in the first of `others` that has them. Empty where nothing is found.
std::span<const int32_t> LookUpGuesses(std::span<const int32_t> text, std::span<const std::span<const int32_t>> others, int64_t limit);

}  // namespace plait
