// Guessing tokens ahead of the pass that decides them (Leviathan, Kalman and Matias, "Fast Inference from Transformers via Speculative
// Decoding"): where guesses come from, and how far it pays to guess. The planner predicts with it what the runtime does.
#pragma once

#include <cstdint>
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
};

/// By their names, `int8` and `text`.
std::string_view DraftSourceName(DraftSource source);
std::optional<DraftSource> DraftSourceFromName(std::string_view name);
/// All that there are.
std::vector<DraftSource> AllDraftSources();
bool Contains(std::span<const DraftSource> sources, DraftSource source);

/// Guesses of one sequence and one pass at most.
inline constexpr int64_t kMaxGuesses = 8;

/// What guessing costs, in passes over the weights with one row.
struct DraftCosts {
  /// A guess of every sequence; 0 where guesses are looked up.
  double guess = 0;
  /// Rows that a pass takes in the time that it reads the weights in; more rows cost in proportion.
  double free_rows = 1;
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

/// Tokens that a pass decides with so many guesses, its own included.
double TokensAPass(double rate, int64_t guesses);

}  // namespace plait
