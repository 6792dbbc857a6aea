// Text that is decoded token by token is, after every token, the text of all of them.
#include "runtime/tokenizers/growing_text.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <random>
#include <string>

#include "tests/unit/runtime/tokenizers/small_files.h"

namespace plait::test {
namespace {

std::string ReadOrFail(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE(file.good());
  return {std::istreambuf_iterator<char>(file), {}};
}

Tokenizer Recorded(const std::string& name) {
  return ParseOrFail(ReadOrFail(PLAIT_SOURCE_DIR "/tests/oracle/tokenizers/" + name + "/tokenizer.json"));
}

SmallFile WithDecoder(const std::string& decoder) {
  SmallFile file = SmallWordPiece();
  // Tokens that are nothing, or nothing but the prefix, or that only clean-up changes; and one that is left out on request.
  file.model = WordPieceJson(
      R"({"[PAD]": 0, "[UNK]": 1, "": 2, "##": 3, "un": 4, "##aff": 5, " .": 6, "hello": 7, ",": 8, "世": 9, "a</w>": 10, "</w>": 11, " ": 12})");
  file.added_tokens = fmt::format("[{}]", AddedJson(0, "[PAD]", "special"));
  file.decoder = decoder;
  return file;
}

/// Of GPT-2's alphabet: single bytes, of which some begin characters and some end them, and a special token.
SmallFile Bytes() {
  SmallFile file;
  file.model =
      BpeJson(R"({"a": 0, "Ġ": 1, "â": 2, "Ĥ": 3, "¬": 4, "ðŁ": 5, "ĳ": 6, "¨": 7, "âĤ": 8, "ÿ": 9, "Ã©b": 10, "\ufffd": 11})", "[]");
  file.added_tokens = fmt::format("[{}]", AddedJson(12, "<|end|>", "special"));
  file.decoder = R"({"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true})";
  return file;
}

/// After every token all of the text, also for ids that no token has.
void CheckGrowth(const Tokenizer& tokenizer, std::mt19937& random, bool skips_special_tokens) {
  GrowingText growing(tokenizer, skips_special_tokens);
  Ids ids;
  std::string settled;
  for (size_t count = random() % 60; count > 0; --count) {
    ids.push_back(static_cast<int32_t>(random() % (static_cast<uint32_t>(tokenizer.vocab_size()) + 2)) - 1);
    growing.Add(ids.back());
    const std::string whole = tokenizer.Decode(ids, skips_special_tokens);
    CAPTURE(ids);
    REQUIRE(growing.text() == whole);
    REQUIRE(growing.settled() >= settled.size());
    REQUIRE(whole.starts_with(settled));
    settled = whole.substr(0, growing.settled());
  }
}

TEST_CASE("after every token it is what all tokens decode to") {
  std::mt19937 random(21);
  std::vector<Tokenizer> tokenizers;
  for (const char* name : {"bert_tiny", "gpt2_tiny", "mixed_tiny", "roberta_tiny"}) {
    tokenizers.push_back(Recorded(name));
  }
  tokenizers.push_back(ParseOrFail(Bytes().Text()));
  const std::string word_piece = R"({"type": "WordPiece", "prefix": "##", "cleanup": true})";
  const std::string fuse = R"({"type": "Fuse"})";
  const std::string bpe = R"({"type": "BPEDecoder", "suffix": "</w>"})";
  const std::string bytes = Bytes().decoder;
  for (const std::string& decoder :
       {std::string("null"), word_piece, fuse, bpe, bytes, fmt::format(R"({{"type": "Sequence", "decoders": [{}, {}]}})", fuse, word_piece),
        fmt::format(R"({{"type": "Sequence", "decoders": [{}, {}]}})", word_piece, bpe),
        std::string(R"({"type": "Sequence", "decoders": []})")}) {
    tokenizers.push_back(ParseOrFail(WithDecoder(decoder).Text()));
  }
  for (const Tokenizer& tokenizer : tokenizers) {
    for (int round = 0; round < 300; ++round) {
      CheckGrowth(tokenizer, random, round % 2 == 0);
    }
  }
}

TEST_CASE("what is decoded again is a few bytes, however long the text is") {
  for (const char* name : {"gpt2_tiny", "bert_tiny"}) {
    const Tokenizer tokenizer = Recorded(name);
    GrowingText growing(tokenizer, true);
    const std::string text = "They wrote: naïve, 世界 and \U0001F468\u200D\U0001F469. ";
    const Ids ids = IdsOf(tokenizer, text);
    size_t longest = 0;
    for (int i = 0; i < 5000; ++i) {
      growing.Add(ids[static_cast<size_t>(i) % ids.size()]);
      longest = std::max(longest, growing.text().size() - growing.settled());
    }
    CHECK(growing.text().size() > 5000);
    CHECK(longest < 40);
  }
}

}  // namespace
}  // namespace plait::test
