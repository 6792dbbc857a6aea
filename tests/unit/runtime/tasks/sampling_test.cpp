// Logits processors against transformers' own, and the sampler against the distribution it draws from.
#include "runtime/tasks/sampling.h"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <limits>
#include <set>

#include "oracle.h"

namespace plait {
namespace {

std::vector<float> Floats(const Value& list) {
  std::vector<float> floats;
  for (const Value& item : list.AsList()) {
    floats.push_back(static_cast<float>(item.AsNumber()));
  }
  return floats;
}

SamplingParameters ParametersOf(const Value& options) {
  SamplingParameters parameters;
  parameters.do_sample = true;
  for (const auto& [name, value] : options.AsRecord()) {
    if (name == "temperature") {
      parameters.temperature = value.AsNumber();
    } else if (name == "top_k") {
      parameters.top_k = value.AsInt();
    } else if (name == "top_p") {
      parameters.top_p = value.AsNumber();
    } else if (name == "repetition_penalty") {
      parameters.repetition_penalty = value.AsNumber();
    } else {
      FAIL("the oracle has an option that this test does not know: ", name);
    }
  }
  return parameters;
}

/// The distribution over the whole vocabulary, as the oracle states it.
std::vector<double> Spread(std::span<const TokenProbability> distribution, size_t vocab_size) {
  std::vector<double> probabilities(vocab_size, 0.0);
  for (const TokenProbability& token : distribution) {
    probabilities.at(static_cast<size_t>(token.token)) = token.value;
  }
  return probabilities;
}

TEST_CASE("the processed distribution is transformers'") {
  Value oracle = ReadOracle("tests/oracle/sampling/processors.json");
  TokenSampler sampler;
  for (const Value& oracle_case : oracle.Field("cases")->AsList()) {
    const Value& vector = *oracle.Field("vectors")->Field(oracle_case.Field("vector")->AsString());
    std::vector<float> logits = Floats(*vector.Field("logits"));
    std::set<int32_t> seen;
    for (const Value& id : vector.Field("ids")->AsList()) {
      seen.insert(static_cast<int32_t>(id.AsInt()));
    }
    CAPTURE(oracle_case.Field("vector")->AsString());
    CAPTURE(ToJson(*oracle_case.Field("options")));
    SamplingParameters parameters = ParametersOf(*oracle_case.Field("options"));
    PenalizeRepetition(logits, std::vector<int32_t>(seen.begin(), seen.end()), parameters.repetition_penalty);
    std::vector<double> got = Spread(sampler.Distribution(logits, parameters), logits.size());
    std::vector<float> expected = Floats(*oracle_case.Field("probabilities"));
    REQUIRE(got.size() == expected.size());
    for (size_t i = 0; i < got.size(); ++i) {
      CAPTURE(i);
      CHECK((got[i] == 0) == (expected[i] == 0));
      CHECK(std::abs(got[i] - expected[i]) <= 1e-6);
    }
  }
}

std::vector<int32_t> TokensOf(std::span<const TokenProbability> distribution) {
  std::vector<int32_t> tokens;
  for (const TokenProbability& token : distribution) {
    tokens.push_back(token.token);
  }
  return tokens;
}

TEST_CASE("top-k keeps all that equal the k-th largest, in id order") {
  TokenSampler sampler;
  std::vector<float> logits = {1, 3, 2, 2, 0, 2};
  CHECK(TokensOf(sampler.Distribution(logits, {.top_k = 1})) == std::vector<int32_t>{1});
  CHECK(TokensOf(sampler.Distribution(logits, {.top_k = 2})) == std::vector<int32_t>{1, 2, 3, 5});
  CHECK(TokensOf(sampler.Distribution(logits, {.top_k = 6})) == std::vector<int32_t>{0, 1, 2, 3, 4, 5});
  CHECK(TokensOf(sampler.Distribution(logits, {.top_k = 1000})).size() == 6);
  CHECK(TokensOf(sampler.Distribution(logits, {.top_k = 0})).size() == 6);
}

TEST_CASE("top-p drops equal tokens from the lowest id and keeps at least one") {
  TokenSampler sampler;
  std::vector<float> flat(4, 0.5F);
  CHECK(TokensOf(sampler.Distribution(flat, {.top_p = 0.5})) == std::vector<int32_t>{2, 3});
  CHECK(TokensOf(sampler.Distribution(flat, {.top_p = 0.51})) == std::vector<int32_t>{1, 2, 3});
  CHECK(TokensOf(sampler.Distribution(flat, {.top_p = 1e-9})) == std::vector<int32_t>{3});
  CHECK(TokensOf(sampler.Distribution(flat, {.top_p = 1.0})).size() == 4);
}

TEST_CASE("arg-max takes the first of equal logits") {
  CHECK(ArgMax(std::array{1.0F, 4.0F, 4.0F, 2.0F}) == 1);
  CHECK(ArgMax(std::array{-2.0F}) == 0);
  CHECK(ArgMax(std::array{-3.0F, -0.5F, -1.0F, -0.5F}) == 1);
  CHECK(ArgMax(std::array{-1.0F, -0.0F, 0.0F}) == 1);
}

TEST_CASE("finite means neither infinite nor not a number") {
  CHECK(AllFinite(std::array{1.0F, -4.0F}));
  CHECK(!AllFinite(std::array{1.0F, std::numeric_limits<float>::infinity()}));
  CHECK(!AllFinite(std::array{-std::numeric_limits<float>::infinity(), 1.0F}));
  CHECK(!AllFinite(std::array{std::numeric_limits<float>::quiet_NaN(), 1.0F}));
}

TEST_CASE("a draw depends on all of its four arguments and on nothing else") {
  double first = UniformDraw(1, 2, 3, 4);
  CHECK(first == UniformDraw(1, 2, 3, 4));
  CHECK(first != UniformDraw(0, 2, 3, 4));
  CHECK(first != UniformDraw(1, 0, 3, 4));
  CHECK(first != UniformDraw(1, 2, 0, 4));
  CHECK(first != UniformDraw(1, 2, 3, 0));
  CHECK(UniformDraw(2, 1, 3, 4) != first);
  // What a seed gives is part of what users rely on, so the numbers themselves are pinned.
  CHECK(UniformDraw(0, 0, 0, 0) == 0.1296456182997474);
  CHECK(first == 0.8334472949893438);
}

TEST_CASE("draws follow the distribution: chi-square over sequences and over tokens") {
  std::vector<TokenProbability> distribution = {{3, 0.5}, {7, 0.25}, {8, 0.125}, {20, 0.1}, {31, 0.025}};
  constexpr int kDraws = 20'000;
  for (bool over_tokens : {false, true}) {
    std::array<double, 32> counts{};
    for (uint64_t i = 0; i < kDraws; ++i) {
      double uniform = over_tokens ? UniformDraw(7, 0, 0, i) : UniformDraw(7, 0, i, 0);
      CHECK(uniform >= 0);
      CHECK(uniform < 1);
      counts.at(static_cast<size_t>(DrawToken(distribution, uniform))) += 1;
    }
    double chi_square = 0;
    for (const TokenProbability& token : distribution) {
      double expected = token.value * kDraws;
      double difference = counts.at(static_cast<size_t>(token.token)) - expected;
      chi_square += difference * difference / expected;
    }
    // Four degrees of freedom: 99.9 % of honest samplers stay below.
    CHECK(chi_square < 18.47);
  }
}

TEST_CASE("a draw at the very end of the sum takes the last token") {
  std::vector<TokenProbability> distribution = {{1, 0.1}, {2, 0.9 - 1e-12}};
  CHECK(DrawToken(distribution, 0.0) == 1);
  CHECK(DrawToken(distribution, 0.1) == 2);
  CHECK(DrawToken(distribution, 1.0 - 0x1.0p-53) == 2);
}

}  // namespace
}  // namespace plait
