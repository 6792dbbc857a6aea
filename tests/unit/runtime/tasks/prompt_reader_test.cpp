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

/// Letters and spaces in words, as GPT-2 cuts them.
Tokenizer CuttingTokenizer() {
  test::SmallFile file;
  file.model = test::BpeJson(R"({"a": 0, "b": 1, "Ġ": 2, "ab": 3, "bb": 4, "Ġa": 5, "aa": 6, "Ġab": 7})",
                             R"([["a", "b"], ["b", "b"], ["Ġ", "a"], ["a", "a"], ["Ġa", "b"]])");
  file.pre_tokenizer = R"({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true})";
  return test::ParseOrFail(file.Text());
}

/// The same with a begin and an end of every text.
Tokenizer FramingTokenizer() {
  test::SmallFile file;
  file.model = test::BpeJson(R"({"a": 0, "b": 1, "Ġ": 2, "ab": 3, "bb": 4, "Ġa": 5, "<s>": 6, "</s>": 7})",
                             R"([["a", "b"], ["b", "b"], ["Ġ", "a"]])");
  file.pre_tokenizer = R"({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true})";
  file.post_processor =
      R"({"type": "RobertaProcessing", "sep": ["</s>", 7], "cls": ["<s>", 6], "trim_offsets": true, "add_prefix_space": false})";
  return test::ParseOrFail(file.Text());
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

struct ReadAhead {
  ReadPrompt read;
  /// Tokens that the whole text begins with and the reader has read.
  size_t common = 0;
  size_t tokens = 0;
  size_t passes = 0;
  size_t bytes_tokenized = 0;
};

ReadAhead FeedAll(const Tokenizer& tokenizer, const std::string& text, std::mt19937& random) {
  FakeLm model = CountingLm(8, 1 << 20);
  ReadAhead ahead;
  WithContext([&](CallContext& context) {
    CallStatistics statistics;
    PromptReader reader(model, kSettings, tokenizer, 1, &statistics);
    Feed(reader, text, random, context.team);
    CHECK(reader.text() == text);
    ahead.bytes_tokenized = reader.bytes_tokenized();
    ahead.read = std::move(reader).Take();
    CHECK(ahead.read.cache->Length(0) == static_cast<int64_t>(ahead.read.tokens.size()));
    CHECK(statistics.prompt_tokens >= static_cast<int64_t>(ahead.read.tokens.size()));
  });
  const Tokens whole = tokenizer.Encode(text, true)->input_ids;
  ahead.common = EqualTokens(ahead.read.tokens, whole);
  ahead.tokens = whole.size();
  ahead.passes = model.passes.size();
  return ahead;
}

size_t LongestWord(const std::string& text) {
  size_t longest = 0;
  for (size_t begin = 0; begin < text.size();) {
    const size_t end = std::min(text.find(' ', begin), text.size());
    longest = std::max(longest, end - begin);
    begin = end + 1;
  }
  return longest;
}

constexpr auto kChunk = static_cast<size_t>(kStreamedPrefillTokens);

TEST_CASE("what is left to read when a prompt ends is less than a chunk and a word, and what was read was read in chunks") {
  std::mt19937 random(11);
  for (const auto& make : {CuttingTokenizer, FramingTokenizer}) {
    const Tokenizer tokenizer = make();
    for (int round = 0; round < 60; ++round) {
      const std::string text = RandomText(random, 200 + random() % 1500);
      const ReadAhead ahead = FeedAll(tokenizer, text, random);
      // Nothing is read that the whole text does not begin with.
      CHECK(ahead.common == ahead.read.tokens.size());
      CHECK(ahead.tokens - ahead.common < kChunk + LongestWord(text));
      CHECK(ahead.passes * kChunk * 2 >= ahead.read.tokens.size());
    }
  }
}

TEST_CASE("where tokens reach over spaces, what is left is less than a chunk and a small part of the prompt") {
  const Tokenizer tokenizer = JoiningTokenizer();
  std::mt19937 random(12);
  for (int round = 0; round < 100; ++round) {
    const ReadAhead ahead = FeedAll(tokenizer, RandomText(random, 200 + random() % 1500), random);
    CHECK(ahead.tokens - ahead.common < kChunk + ahead.tokens / 8);
    CHECK(ahead.passes > 3);
  }
}

TEST_CASE("the work of tokenizing grows with the prompt, and no faster") {
  std::mt19937 random(13);
  for (size_t length : {1000, 10'000, 100'000}) {
    CAPTURE(length);
    CHECK(FeedAll(CuttingTokenizer(), RandomText(random, length), random).bytes_tokenized <= length);
    CHECK(FeedAll(CuttingTokenizer(), std::string(length, 'a'), random).bytes_tokenized <= length);
    CHECK(FeedAll(JoiningTokenizer(), RandomText(random, length), random).bytes_tokenized < 40 * length);
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
  const Tokenizer tokenizers[] = {JoiningTokenizer(), CuttingTokenizer(), FramingTokenizer()};
  std::mt19937 random(5);
  FakeLm model{8, 512, [](const Tokens& tokens) {
                 // Depends on every token, so that one that was read wrongly shows.
                 int64_t sum = 0;
                 for (size_t i = 0; i < tokens.size(); ++i) {
                   sum += (static_cast<int64_t>(i) + 1) * (tokens[i] + 3);
                 }
                 return Prefer(8, sum % 8);
               }};
  for (int round = 0; round < 180; ++round) {
    const Tokenizer& tokenizer = tokenizers[round / 60];
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
