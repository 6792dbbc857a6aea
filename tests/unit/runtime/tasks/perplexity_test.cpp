// Windows and scores against what plain arithmetic says, and the walk over a text with models whose logits are known.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <random>
#include <vector>

#include "fakes.h"
#include "runtime/tasks/perplexity.h"

namespace plait {
namespace {

std::vector<double> Probabilities(std::span<const float> logits) {
  std::vector<double> probabilities;
  double sum = 0;
  for (float logit : logits) {
    probabilities.push_back(std::exp(static_cast<double>(logit)));
    sum += probabilities.back();
  }
  for (double& probability : probabilities) {
    probability /= sum;
  }
  return probabilities;
}

Result<TextComparison> Compare(const CausalLm& exact, const CausalLm& in_class, const Tokens& tokens, int threads = 1,
                               const std::function<void(int64_t, int64_t)>& progress = {}) {
  Result<TextComparison> compared = TextComparison();
  ThreadPool pool(threads);
  Cancellation cancellation;
  pool.Run([&](ThreadTeam& team) { compared = CompareOnText(exact, in_class, tokens, progress, team, cancellation); });
  return compared;
}

/// A row that depends on every token of the window before it.
std::vector<float> Mixed(const Tokens& tokens, int64_t vocab_size, float scale) {
  uint32_t state = 1;
  for (int32_t token : tokens) {
    state = state * 1664525U + static_cast<uint32_t>(token) + 1013904223U;
  }
  std::mt19937 random(state);
  std::vector<float> row;
  for (int64_t i = 0; i < vocab_size; ++i) {
    row.push_back(scale * (static_cast<float>(random() % 1000) / 100.0F));
  }
  return row;
}

FakeLm MixedLm(float scale, int64_t max_positions = 100) {
  return {17, max_positions, [=](const Tokens& tokens) { return Mixed(tokens, 17, scale); }};
}

Tokens Text(size_t count) {
  Tokens tokens;
  for (size_t i = 0; i < count; ++i) {
    tokens.push_back(static_cast<int32_t>((i * i + 3 * i) % 17));
  }
  return tokens;
}

TEST_CASE("windows follow each other, and a last single token is left out") {
  using Windows = std::vector<TextWindow>;
  CHECK(WindowsOf(0, 4).empty());
  CHECK(WindowsOf(1, 4).empty());
  CHECK(WindowsOf(2, 4) == Windows{{0, 2}});
  CHECK(WindowsOf(4, 4) == Windows{{0, 4}});
  CHECK(WindowsOf(5, 4) == Windows{{0, 4}});
  CHECK(WindowsOf(6, 4) == Windows{{0, 4}, {4, 6}});
  CHECK(WindowsOf(12, 4) == Windows{{0, 4}, {4, 8}, {8, 12}});
}

TEST_CASE("a position's scores are those of the plain formulas") {
  for (uint32_t seed = 0; seed < 50; ++seed) {
    const std::vector<float> exact = Mixed({static_cast<int32_t>(seed)}, 40, 1.0F);
    const std::vector<float> in_class = Mixed({static_cast<int32_t>(seed), 1}, 40, 0.7F);
    const std::vector<double> p = Probabilities(exact);
    const std::vector<double> q = Probabilities(in_class);
    double divergence = 0;
    for (size_t i = 0; i < p.size(); ++i) {
      divergence += p[i] * std::log(p[i] / q[i]);
    }
    const auto token = static_cast<int32_t>(seed % 40);
    const PositionScores scores = ScorePosition(exact, in_class, token);
    CHECK(scores.exact_loss == doctest::Approx(-std::log(p[seed % 40])).epsilon(1e-12));
    CHECK(scores.class_loss == doctest::Approx(-std::log(q[seed % 40])).epsilon(1e-12));
    CHECK(scores.divergence == doctest::Approx(divergence).epsilon(1e-12));
    CHECK(scores.is_top_equal == (std::ranges::max_element(p) - p.begin() == std::ranges::max_element(q) - q.begin()));
  }
}

TEST_CASE("large logits do not overflow, equal rows do not diverge, and what is no number stays none") {
  const std::vector<float> large = {1e30F, 1e30F, -1e30F};
  const PositionScores scores = ScorePosition(large, large, 1);
  CHECK(scores.exact_loss == doctest::Approx(std::log(2.0)));
  CHECK(scores.divergence == 0);
  CHECK(scores.is_top_equal);
  const std::vector<float> broken = {0, std::numeric_limits<float>::quiet_NaN(), 0};
  CHECK(std::isnan(ScorePosition(broken, large, 0).exact_loss));
  CHECK(std::isnan(ScorePosition(large, broken, 0).divergence));
}

TEST_CASE("a text is scored window by window, each token from those before it there") {
  const FakeLm exact = MixedLm(1.0F);
  const FakeLm in_class = MixedLm(0.9F);
  const Tokens tokens = Text(331);  // three windows of 100, and one of 31
  double exact_loss = 0;
  double class_loss = 0;
  int64_t scored = 0;
  for (size_t i = 0; i < tokens.size(); ++i) {
    const size_t begin = i / 100 * 100;
    if (i == begin) {
      continue;
    }
    const Tokens before(tokens.begin() + static_cast<std::ptrdiff_t>(begin), tokens.begin() + static_cast<std::ptrdiff_t>(i));
    exact_loss -= std::log(Probabilities(Mixed(before, 17, 1.0F))[static_cast<size_t>(tokens[i])]);
    class_loss -= std::log(Probabilities(Mixed(before, 17, 0.9F))[static_cast<size_t>(tokens[i])]);
    ++scored;
  }
  Result<TextComparison> compared = Compare(exact, in_class, tokens);
  REQUIRE(compared.ok());
  CHECK(compared->windows == 4);
  CHECK(compared->scored_tokens == scored);
  CHECK(compared->exact_loss == doctest::Approx(exact_loss / static_cast<double>(scored)).epsilon(1e-12));
  CHECK(compared->class_loss == doctest::Approx(class_loss / static_cast<double>(scored)).epsilon(1e-12));
  CHECK(compared->divergence > 0);
  CHECK(compared->equal_tops == scored);  // scaling moves no maximum
  // No pass asks for more logits than a few rows.
  for (const Tokens& pass : exact.passes) {
    CHECK(pass.front() <= 64);
  }
}

TEST_CASE("the figures are the same bits on any number of threads") {
  const Tokens tokens = Text(250);
  Result<TextComparison> one = Compare(MixedLm(1.0F), MixedLm(0.8F), tokens, 1);
  Result<TextComparison> four = Compare(MixedLm(1.0F), MixedLm(0.8F), tokens, 4);
  REQUIRE(one.ok());
  REQUIRE(four.ok());
  CHECK(one->exact_loss == four->exact_loss);
  CHECK(one->class_loss == four->class_loss);
  CHECK(one->divergence == four->divergence);
}

TEST_CASE("progress ends at all scored tokens") {
  int64_t last = 0;
  int64_t all = 0;
  auto note = [&](int64_t done, int64_t total) {
    CHECK(done > last);
    last = done;
    all = total;
  };
  CHECK(Compare(MixedLm(1.0F), MixedLm(1.0F), Text(205), 1, note).ok());
  CHECK(last == 202);
  CHECK(all == 202);
}

TEST_CASE("logits that are not finite are named by their token") {
  const FakeLm broken(17, 100, [](const Tokens& tokens) {
    std::vector<float> row(17, 0.0F);
    row[3] = tokens.size() == 6 ? std::numeric_limits<float>::infinity() : 0.0F;
    return row;
  });
  Result<TextComparison> compared = Compare(MixedLm(1.0F), broken, Text(150));
  REQUIRE(!compared.ok());
  CHECK(compared.error().kind == FailureKind::Arithmetic);
  CHECK(compared.error().message == "the logits after token 5 of the text are not finite");
}

TEST_CASE("a cancelled comparison stops") {
  ThreadPool pool(1);
  Cancellation cancellation;
  const FakeLm model = MixedLm(1.0F);
  pool.Run([&](ThreadTeam& team) {
    auto stop = [&](int64_t, int64_t) { cancellation.Cancel(); };
    Result<TextComparison> compared = CompareOnText(model, model, Text(500), stop, team, cancellation);
    REQUIRE(!compared.ok());
    CHECK(compared.error().kind == FailureKind::Cancelled);
  });
  CHECK(model.passes.size() == 2);
}

}  // namespace
}  // namespace plait
