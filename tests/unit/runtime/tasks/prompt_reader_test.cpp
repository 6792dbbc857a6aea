// A prompt that is read while it is written: little is left at its end, and nothing is read that the whole prompt does not begin with.
#include "runtime/tasks/prompt_reader.h"

#include <doctest/doctest.h>

#include <random>
#include <string>

#include "tests/unit/runtime/tasks/fakes.h"
#include "tests/unit/runtime/tokenizers/small_files.h"

namespace plait {
namespace {

/// Letters and spaces, with joins that reach over a space, so that a token depends on what follows it.
Tokenizer JoiningTokenizer() {
  test::SmallFile file;
  file.model = test::BpeJson(R"({"a": 0, "b": 1, " ": 2, "ab": 3, "b ": 4, "b a": 5, "aa": 6, " a": 7})",
                             R"([["a", "b"], ["b", " "], ["b ", "a"], ["a", "a"], [" ", "a"]])");
  Result<Tokenizer> tokenizer = Tokenizer::Parse(file.Text(), "tokenizer.json");
  REQUIRE(tokenizer.ok());
  return *std::move(tokenizer);
}

const GenerationSettings kSettings{"fake", [](std::span<const int32_t>) { return std::string(); }, 1, {}, {}};

std::string RandomText(std::mt19937& random, size_t length) {
  std::string text;
  while (text.size() < length) {
    text += "aabb "[random() % 5];
  }
  return text;
}

void Feed(PromptReader& reader, std::string_view text, std::mt19937& random, ThreadTeam& team) {
  while (!text.empty()) {
    size_t length = std::min<size_t>(1 + random() % 12, text.size());
    REQUIRE(reader.Feed(text.substr(0, length), team).ok());
    text.remove_prefix(length);
  }
}

TEST_CASE("what is left to read when a prompt ends is less than a chunk") {
  Tokenizer tokenizer = JoiningTokenizer();
  std::mt19937 random(11);
  for (int round = 0; round < 100; ++round) {
    FakeLm model = CountingLm(8, 4096);
    WithContext([&](CallContext& context) {
      CallStatistics statistics;
      PromptReader reader(model, kSettings, tokenizer, 1, &statistics);
      std::string text = RandomText(random, 200 + random() % 1500);
      Feed(reader, text, random, context.team);
      CHECK(reader.text() == text);
      ReadPrompt read = std::move(reader).Take();
      Tokens whole = tokenizer.Encode(text, true)->input_ids;
      auto differs = std::mismatch(read.tokens.begin(), read.tokens.end(), whole.begin(), whole.end()).first;
      auto common = static_cast<size_t>(differs - read.tokens.begin());
      CHECK(whole.size() - common < static_cast<size_t>(kStreamedPrefillTokens));
      CHECK(read.cache->Length(0) == static_cast<int64_t>(read.tokens.size()));
      CHECK(statistics.prompt_tokens >= static_cast<int64_t>(read.tokens.size()));
      // No more than the pieces of a chunk's half at a time, or all would have come at the end.
      CHECK(model.passes.size() * static_cast<size_t>(kStreamedPrefillTokens) * 2 >= read.tokens.size());
    });
  }
}

TEST_CASE("a prompt longer than the model's positions is read as far as they go") {
  Tokenizer tokenizer = JoiningTokenizer();
  std::mt19937 random(3);
  FakeLm model = CountingLm(8, 100);
  WithContext([&](CallContext& context) {
    PromptReader reader(model, kSettings, tokenizer, 1, nullptr);
    Feed(reader, RandomText(random, 2000), random, context.team);
    CHECK(std::move(reader).Take().tokens.size() <= 100);
  });
}

TEST_CASE("a batch that goes on with what was read writes what it would have written anyway") {
  Tokenizer tokenizer = JoiningTokenizer();
  std::mt19937 random(5);
  FakeLm model{8, 512, [](const Tokens& tokens) {
                 // Depends on every token, so that one that was read wrongly shows.
                 int64_t sum = 0;
                 for (size_t i = 0; i < tokens.size(); ++i) {
                   sum += (static_cast<int64_t>(i) + 1) * (tokens[i] + 3);
                 }
                 return Prefer(8, sum % 8);
               }};
  for (int round = 0; round < 60; ++round) {
    WithContext([&](CallContext& context) {
      std::string text = RandomText(random, 20 + random() % 300);
      PromptReader reader(model, kSettings, tokenizer, 3, nullptr);
      Feed(reader, text, random, context.team);
      GenerationRequest request;
      request.prompt_ids = tokenizer.Encode(text, true)->input_ids;
      request.max_length = static_cast<int64_t>(request.prompt_ids.size()) + 6;
      request.num_return_sequences = 1 + round % 3;
      Result<std::vector<NewTokens>> streamed = Generate(model, {request}, kSettings, context, std::move(reader).Take())[0];
      Result<std::vector<NewTokens>> whole = Generate(model, {request}, kSettings, context)[0];
      REQUIRE(streamed.ok());
      CHECK(*streamed == *whole);
    });
  }
}

}  // namespace
}  // namespace plait
