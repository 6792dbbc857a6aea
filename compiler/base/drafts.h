// Guessing tokens ahead of the pass that decides them (Leviathan, Kalman and Matias, "Fast Inference from Transformers via Speculative
// Decoding"): where guesses come from, and how far it pays to guess. The planner predicts with it what the runtime does.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace plait {

/// Where a decoder's guesses come from.
enum class DraftSource : uint8_t {
  /// The int8 copy of its own weights.
  Int8,
  /// What followed the same words in what was written before.
  Text,
  /// A smaller model of the same graph.
  Model,
};

/// By their names, `int8`, `text` and `model`.
std::string_view DraftSourceName(DraftSource source);
std::optional<DraftSource> DraftSourceFromName(std::string_view name);
/// All that there are.
std::vector<DraftSource> AllDraftSources();
bool Contains(std::span<const DraftSource> sources, DraftSource source);

/// Guesses of one sequence and one pass at most.
inline constexpr int64_t kMaxGuesses = 8;

/// How often an int8 copy was right along the greedy path of a real language model, and how often a smaller model is taken to be.
inline constexpr double kRightGuessesOfCopy = 0.97;
inline constexpr double kRightGuessesOfModel = 0.6;

/// What guessing costs, in passes over the weights with one row.
struct DraftCosts {
  /// A guess of every sequence; 0 where guesses are looked up.
  double guess = 0;
  /// Rows that a pass takes in the time that it reads the weights in; more rows cost in proportion.
  double free_rows = 1;
  /// The same of a pass that guesses.
  double guess_free_rows = std::numeric_limits<double>::infinity();

  /// A pass over the weights with so many rows.
  [[nodiscard]] double OfPass(double rows) const { return std::max(1.0, rows / free_rows); }
  /// A pass with so many rows over what guesses.
  [[nodiscard]] double OfGuessing(double rows) const { return guess * std::max(1.0, rows / guess_free_rows); }
};

/// Rows that a pass over weights of so many bytes takes while it waits for memory.
double FreeRows(double bytes_a_weight);

struct DraftChoice {
  /// 0 where guessing does not pay.
  int64_t guesses = 0;
  /// Tokens a sequence and a pass, costs considered; 1 without guesses.
  double gain = 1;
};

/// The number of guesses, at most `limit`, that promises most where `sequences` write together and a guess after right ones is right at
/// this rate.
DraftChoice BestGuesses(double rate, const DraftCosts& costs, int64_t sequences, int64_t limit);

/// How many passes guessing may have cost more than it saved where so many were made and so many are still to come: so few that nobody
/// notices, should no guess be right.
double MostToLose(double passes_made, double passes_to_come);

/// Tokens that a pass decides with so many guesses, its own included.
double TokensAPass(double rate, int64_t guesses);

}  // namespace plait
