// Where a text may be cut before it is tokenized, so that its tokens are those of its parts.
#include <fstream>
#include <iterator>
#include <random>
#include <string>

#include "runtime/tokenizers/unicode.h"
#include "tests/unit/runtime/tokenizers/small_files.h"

namespace plait::test {
namespace {

constexpr std::string_view kBytes = R"({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true})";
constexpr std::string_view kSpaces = R"({"type": "WhitespaceSplit"})";

/// Byte-level BPE over words with spaces, with joins over everything that the pattern leaves together.
SmallFile Bytes() {
  SmallFile file;
  file.model = BpeJson(
      R"({"a": 0, "b": 1, "Ġ": 2, "ab": 3, "Ġa": 4, "ĠĠ": 5, "Ċ": 6, "ĊĊ": 7, "Ġab": 8, "Ã": 9, "©": 10, "Ã©": 11, "'": 12, "s": 13, "Â": 14, "ł": 15, "7": 16, ".": 17})",
      R"([["a", "b"], ["Ġ", "a"], ["Ġ", "Ġ"], ["Ċ", "Ċ"], ["Ġa", "b"], ["Ã", "©"]])");
  file.pre_tokenizer = kBytes;
  return file;
}

SmallFile Words(std::string_view pre_tokenizer) {
  SmallFile file = SmallBpe();
  file.pre_tokenizer = pre_tokenizer;
  return file;
}

SmallFile WithAdded(SmallFile file, std::string_view content, std::string_view flag) {
  const int32_t next = ParseOrFail(file.Text()).vocab_size();
  file.added_tokens = fmt::format("[{}]", AddedJson(next, content, flag));
  return file;
}

std::string RandomText(std::mt19937& random, size_t most) {
  static constexpr std::string_view kPieces[] = {"a",  "b", "ab", " ",   "  ",     "\n",     "\n\n",   "\t",     "é",      "\u00A0", "'",
                                                 "'s", "7", ".",  "<x>", "\u3000", "\u0301", "\u180E", "\u200B", "\u0085", "c"};
  std::string text;
  for (size_t count = random() % most; count > 0; --count) {
    text += kPieces[random() % std::size(kPieces)];
  }
  return text;
}

Ids Joined(Ids first, const Ids& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

std::vector<SmallFile> Cutting() {
  return {Bytes(),
          WithAdded(Bytes(), "<x>", "special"),
          WithAdded(Bytes(), "<x>", "lstrip"),
          WithAdded(Bytes(), "<x>", "single_word"),
          WithAdded(Bytes(), "bb", "normalized"),
          WithAdded(Bytes(), "bb", "single_word"),
          Words(kSpaces),
          Words(R"({"type": "Whitespace"})"),
          Words(R"({"type": "BertPreTokenizer"})"),
          Words(fmt::format(R"({{"type": "Sequence", "pretokenizers": [{}, {}]}})", kSpaces,
                            R"({"type": "Split", "pattern": {"Regex": "(?<=a)b|^a"}, "behavior": "MergedWithNext", "invert": false})"))};
}

TEST_CASE("the tokens of a text are those of its parts, however it goes on") {
  std::mt19937 random(41);
  for (const SmallFile& file : Cutting()) {
    const Tokenizer tokenizer = ParseOrFail(file.Text());
    CAPTURE(file.pre_tokenizer);
    CAPTURE(file.added_tokens);
    CHECK(tokenizer.cuts_at_white_space());
    int cuts = 0;
    for (int round = 0; round < 2000; ++round) {
      const std::string text = RandomText(random, 12);
      const size_t cut = tokenizer.LastCut(text);
      const std::string whole = text + RandomText(random, 8);
      CAPTURE(whole);
      CAPTURE(cut);
      REQUIRE(IdsOf(tokenizer, whole) == Joined(IdsOf(tokenizer, whole.substr(0, cut)), IdsOf(tokenizer, whole.substr(cut))));
      cuts += cut > 0 ? 1 : 0;
    }
    CHECK(cuts > 500);
  }
}

TEST_CASE("no character before a space deceives") {
  const Tokenizer tokenizer = ParseOrFail(Bytes().Text());
  int cuts = 0;
  for (uint32_t c = 1; c < 0x20000; ++c) {
    if (c >= 0xD800 && c < 0xE000) {
      continue;
    }
    std::string text = "a";
    tokenizers::AppendUtf8(c, text);
    const size_t end = text.size();
    text += "  b";
    if (tokenizer.LastCut(text) == end) {
      ++cuts;
      CAPTURE(c);
      REQUIRE(IdsOf(tokenizer, text) == Joined(IdsOf(tokenizer, text.substr(0, end)), IdsOf(tokenizer, text.substr(end))));
    }
  }
  CHECK(cuts > 50'000);
}

TEST_CASE("where a tokenizer may look over white space, nothing is cut") {
  SmallFile lowercase = Bytes();
  lowercase.normalizer = R"({"type": "Lowercase"})";
  SmallFile prefix_space = Bytes();
  prefix_space.pre_tokenizer = R"({"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true})";
  SmallFile one_word = Bytes();
  one_word.pre_tokenizer = R"({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": false})";
  for (const SmallFile& file :
       {lowercase, prefix_space, one_word, SmallBpe(), WithAdded(Bytes(), "<x>", "rstrip"), WithAdded(Bytes(), "a b", "special"),
        Words(R"({"type": "Punctuation", "behavior": "Isolated"})"), Words(R"({"type": "Digits", "individual_digits": true})"),
        Words(R"({"type": "Split", "pattern": {"Regex": "\\s+"}, "behavior": "Removed", "invert": false})")}) {
    const Tokenizer tokenizer = ParseOrFail(file.Text());
    CAPTURE(file.Text());
    CHECK(!tokenizer.cuts_at_white_space());
    CHECK(tokenizer.LastCut("a b a b") == 0);
  }
  const Tokenizer tokenizer = ParseOrFail(Bytes().Text());
  CHECK(tokenizer.LastCut("a b a b") == 5);
  CHECK(tokenizer.LastCut("a b  ") == 3);
  CHECK(tokenizer.LastCut("ab") == 0);
  CHECK(tokenizer.LastCut(" ab") == 0);
  CHECK(tokenizer.LastCut("a b\xFF") == 0);
}

}  // namespace
}  // namespace plait::test
