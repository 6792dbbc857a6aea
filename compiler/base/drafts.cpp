#include "compiler/base/drafts.h"

#include <algorithm>
#include <array>

namespace plait {

std::string_view DraftSourceName(DraftSource source) {
  constexpr std::array<std::string_view, 3> kNames = {"int8", "text", "model"};
  return kNames[static_cast<size_t>(source)];
}

std::optional<DraftSource> DraftSourceFromName(std::string_view name) {
  for (DraftSource source : AllDraftSources()) {
    if (DraftSourceName(source) == name) {
      return source;
    }
  }
  return std::nullopt;
}

std::vector<DraftSource> AllDraftSources() { return {DraftSource::Int8, DraftSource::Text, DraftSource::Model}; }

bool Contains(std::span<const DraftSource> sources, DraftSource source) { return std::ranges::find(sources, source) != sources.end(); }

double FreeRows(double bytes_a_weight) {
  // A core multiplies about two rows with a weight's byte in the time that it reads it in. More rows than the kernels hold in registers at
  // once (`kRowBlock` in runtime/kernels/linear.h) pass over each weight twice.
  constexpr double kRowsAByte = 2;
  constexpr double kRowsAtOnce = 6;
  return std::min(kRowsAByte * bytes_a_weight, kRowsAtOnce);
}

double TokensAPass(double rate, int64_t guesses) {
  double tokens = 1;
  double all_right = 1;
  for (int64_t i = 0; i < guesses; ++i) {
    all_right *= rate;
    tokens += all_right;
  }
  return tokens;
}

DraftChoice BestGuesses(double rate, const DraftCosts& costs, int64_t sequences, int64_t limit) {
  // What promises less than this is not worth the rows.
  constexpr double kLeastGain = 1.03;
  auto pass_cost = [&](int64_t rows) { return costs.OfPass(static_cast<double>(sequences * rows)); };
  const double guess_cost = costs.OfGuessing(static_cast<double>(sequences));
  DraftChoice best{0, kLeastGain};
  for (int64_t guesses = 1; guesses <= std::min(limit, kMaxGuesses); ++guesses) {
    const double cost = (pass_cost(guesses + 1) + static_cast<double>(guesses) * guess_cost) / pass_cost(1);
    const double gain = TokensAPass(rate, guesses) / cost;
    if (gain > best.gain) {
      best = {guesses, gain};
    }
  }
  return best.guesses > 0 ? best : DraftChoice{};
}

double MostToLose(double passes_made, double passes_to_come) {
  constexpr double kPart = 0.0175;
  // A text may end long before it must.
  constexpr double kSurelyToCome = 256;
  return kPart * (passes_made + std::min(passes_to_come, kSurelyToCome));
}

}  // namespace plait
