// Guessing tokens ahead of the pass that decides them (Leviathan, Kalman and Matias, "Fast Inference from Transformers via Speculative
// Decoding"): how far it pays to guess, and guesses from what was written before. A guess never changes what is written: the pass chooses
// each token as ever, and keeps what it computed for the guesses that are what it chose.
#pragma once

#include <cstdint>
#include <span>

namespace plait {

/// Guesses of one sequence and one pass at most.
inline constexpr int64_t kMaxGuesses = 8;

/// What guessing costs, in passes over the weights with one row.
struct DraftCosts {
  /// A guess of every sequence; 0 where guesses are looked up.
  double guess = 0;
  /// Rows that a pass takes in the time that it reads the weights in; more rows cost in proportion.
  double free_rows = 1;
};

/// How often guesses of one kind have been right lately, and what follows from it.
class DraftRecord {
 public:
  /// `expected_rate` counts for what is not known yet.
  explicit DraftRecord(double expected_rate) : right_(expected_rate * kFirstWeight), tried_(kFirstWeight) {}

  /// Of the `guesses` of one sequence in one pass the first `accepted` were right. What stands after a wrong one was not tried.
  void Note(int64_t guesses, int64_t accepted);

  /// How likely a guess is right after right ones.
  [[nodiscard]] double rate() const { return right_ / tried_; }

  struct Choice {
    /// 0 where guessing does not pay.
    int64_t guesses = 0;
    /// Tokens a sequence and a pass, costs considered; 1 without guesses.
    double gain = 1;
  };
  /// The number of guesses, at most `limit`, that promises most where `sequences` write together.
  [[nodiscard]] Choice Best(const DraftCosts& costs, int64_t sequences, int64_t limit) const;

 private:
  static constexpr double kFirstWeight = 4;

  double right_;
  double tried_;
};

/// The tokens that followed the latest earlier place in `text` where its own last few tokens stand, at most `limit`; where there is none,
/// those that followed them in the first of `others` that has them. Empty where nothing is found.
std::span<const int32_t> LookUpGuesses(std::span<const int32_t> text, std::span<const std::span<const int32_t>> others, int64_t limit);

}  // namespace plait
