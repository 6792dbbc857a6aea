// Tokens that are drawn where others were guessed follow the model's distribution: those that were guessed, whether the guess was right or
// not, and those after a right guess and after a wrong one.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "drafting.h"
#include "runtime/tasks/drafts.h"

namespace plait {
namespace {

/// Logits that rise evenly from token to token, whatever stands before them, so that all draws are of one kind.
std::vector<float> Rising(double slope) {
  std::vector<float> row;
  for (int64_t i = 0; i < kVocabulary; ++i) {
    row.push_back(static_cast<float>(slope * static_cast<double>(i)));
  }
  return row;
}

constexpr double kSlope = 0.1;
/// Of what guesses: right most of the time, as the same random number is drawn with.
constexpr double kGuessingSlope = 0.11;

/// Notes what stands behind the last sure token in each pass of a model for one sequence.
class GuessLog {
 public:
  struct Pass {
    size_t sure = 0;
    Tokens guesses;
  };

  /// The model was asked what follows these tokens.
  void Asked(const Tokens& tokens) {
    if (is_new_pass_) {
      passes_.push_back({tokens.size(), {}});
      is_new_pass_ = false;
    } else {
      passes_.back().guesses.push_back(tokens.back());
    }
  }
  void EndPass() { is_new_pass_ = true; }
  std::vector<Pass> Take() { return std::exchange(passes_, {}); }

 private:
  bool is_new_pass_ = true;
  std::vector<Pass> passes_;
};

using Counts = std::array<int64_t, kVocabulary>;

/// How often each token was drawn, by where it stands.
struct Draws {
  Counts guessed{};
  Counts after_right{};
  Counts after_wrong{};
  int64_t right = 0;
  int64_t wrong = 0;
};

void CountDraws(const std::vector<GuessLog::Pass>& passes, const Tokens& text, Draws& draws) {
  auto count = [&](Counts& counts, size_t place) {
    if (place < text.size()) {
      ++counts.at(static_cast<size_t>(text[place]));
    }
  };
  for (const GuessLog::Pass& pass : passes) {
    for (size_t i = 0; i < pass.guesses.size() && pass.sure + i < text.size(); ++i) {
      const size_t place = pass.sure + i;
      const bool is_right = text[place] == pass.guesses[i];
      count(draws.guessed, place);
      count(is_right ? draws.after_right : draws.after_wrong, place + 1);
      ++(is_right ? draws.right : draws.wrong);
      if (!is_right) {
        break;
      }
    }
  }
}

/// Against the distribution that the model's logits state.
double ChiSquared(const Counts& counts) {
  double draws = 0;
  double total = 0;
  for (int64_t i = 0; i < kVocabulary; ++i) {
    draws += static_cast<double>(counts.at(static_cast<size_t>(i)));
    total += std::exp(kSlope * static_cast<double>(i));
  }
  double chi_squared = 0;
  for (int64_t i = 0; i < kVocabulary; ++i) {
    const double expected = draws * std::exp(kSlope * static_cast<double>(i)) / total;
    const double difference = static_cast<double>(counts.at(static_cast<size_t>(i))) - expected;
    chi_squared += difference * difference / expected;
  }
  return chi_squared;
}

/// Draws some long texts with guesses from these sources.
Draws DrawTexts(const std::vector<DraftSource>& sources) {
  GuessLog log;
  FakeLm model(kVocabulary, 4096, [&](const Tokens& tokens) {
    log.Asked(tokens);
    return Rising(kSlope);
  });
  model.SetDraft([](const Tokens&) { return Rising(kGuessingSlope); });
  model.after_pass = [&] { log.EndPass(); };
  FakeLm smaller(kVocabulary, 4096, [](const Tokens&) { return Rising(kGuessingSlope); });
  smaller.weights = 50;
  GenerationSettings settings{"fake", DecodeLetters, 100, sources};
  settings.draft_model = {&smaller, WeightCopy::Main, 10};
  Draws draws;
  for (uint64_t seed = 0; seed < 30; ++seed) {
    GenerationRequest request = LongRequest(1003, true);
    request.sampling.top_k = 0;
    request.seed = seed;
    const Tokens written = Write(model, {request}, settings).texts.at(0).at(0);
    Tokens text = request.prompt_ids;
    text.insert(text.end(), written.begin(), written.end());
    CountDraws(log.Take(), text, draws);
  }
  return draws;
}

/// The critical value of chi squared with 23 degrees of freedom at one in ten thousand.
constexpr double kCriticalChiSquared = 58.6;

TEST_CASE("what is drawn follows the model's distribution, at guesses and after right and wrong ones, whatever guesses") {
  for (const std::vector<DraftSource>& sources : {std::vector{DraftSource::Int8}, std::vector{DraftSource::Model},
                                                  std::vector{DraftSource::Int8, DraftSource::Model}, AllDraftSources()}) {
    std::string names;
    for (DraftSource source : sources) {
      names += std::string(DraftSourceName(source)) + " ";
    }
    INFO("guesses by " << names);
    const Draws draws = DrawTexts(sources);
    // Enough of each that a distribution other than the model's would show.
    CHECK(draws.right > 10'000);
    CHECK(draws.wrong > 2'000);
    CHECK(ChiSquared(draws.guessed) < kCriticalChiSquared);
    CHECK(ChiSquared(draws.after_right) < kCriticalChiSquared);
    CHECK(ChiSquared(draws.after_wrong) < kCriticalChiSquared);
  }
}

}  // namespace
}  // namespace plait
