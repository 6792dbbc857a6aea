// Code points, normal forms and the repair of broken UTF-8.
#include "runtime/tokenizers/unicode.h"

#include <doctest/doctest.h>

#include "runtime/tokenizers/byte_level.h"

namespace plait::tokenizers {
namespace {

TEST_CASE("every code point survives encoding and decoding") {
  std::string text;
  for (uint32_t c = 0; c < 0x110000; c += 7) {
    if (c >= 0xD800 && c <= 0xDFFF) {
      continue;
    }
    text.clear();
    AppendUtf8(c, text);
    CHECK_MESSAGE(DecodeAt(text, 0).value == c, c);
    CHECK_MESSAGE(DecodeBefore(text, text.size()).value == c, c);
    CHECK_MESSAGE(CountCodePoints(text) == 1, c);
  }
}

TEST_CASE("normal forms") {
  CHECK(Normalize("e\u0301", NormalForm::kNfc) == "\u00E9");
  CHECK(Normalize("\u00E9", NormalForm::kNfd) == "e\u0301");
  CHECK(Normalize("q\u0307\u0323", NormalForm::kNfd) == "q\u0323\u0307");
  CHECK(Normalize("\uFB01\u2460", NormalForm::kNfkc) == "fi1");
  CHECK(Normalize("\u1E9B\u0323", NormalForm::kNfkd) == "s\u0323\u0307");
  CHECK(Normalize("\uD55C", NormalForm::kNfd) == "\u1112\u1161\u11AB");
  CHECK(Normalize("\u1112\u1161\u11AB", NormalForm::kNfc) == "\uD55C");
  CHECK(Normalize("", NormalForm::kNfc).empty());
  // The library's data is older than these.
  CHECK(Normalize("\u32FF", NormalForm::kNfkc) == "\u32FF");
  CHECK(Normalize("\U00011935\U00011930", NormalForm::kNfc) == "\U00011935\U00011930");
}

TEST_CASE("lower case goes one code point at a time") {
  CHECK(Lowercase("ÀΣ \u0130X") == "àσ i\u0307x");
  CHECK(Lowercase("\U00010D50") == "\U00010D70");
}

TEST_CASE("broken UTF-8 is repaired as Rust does it") {
  CHECK(ReplaceInvalidUtf8("plain é") == "plain é");
  CHECK(ReplaceInvalidUtf8("\xF0\x9F\x98") == "\uFFFD");
  CHECK(ReplaceInvalidUtf8("\xF0\x9F\x98x\xE4\xBD") == "\uFFFDx\uFFFD");
  CHECK(ReplaceInvalidUtf8("\xE0\x80\x80") == "\uFFFD\uFFFD\uFFFD");
  CHECK(ReplaceInvalidUtf8("\xF4\x90\x80\x80") == "\uFFFD\uFFFD\uFFFD\uFFFD");
  CHECK(ReplaceInvalidUtf8("\x80\xC1\xFE") == "\uFFFD\uFFFD\uFFFD");
}

TEST_CASE("GPT-2's alphabet has a character for every byte") {
  std::string bytes;
  for (int byte = 0; byte < 256; ++byte) {
    bytes.push_back(static_cast<char>(byte));
  }
  std::string written = BytesToAlphabet(bytes);
  CHECK(CountCodePoints(written) == 256);
  CHECK(AlphabetToBytes(written) == bytes);
  CHECK(BytesToAlphabet(" a\n") == "ĠaĊ");
  CHECK(AlphabetToBytes("a b") == std::nullopt);
  CHECK(AlphabetToBytes("世") == std::nullopt);
}

}  // namespace
}  // namespace plait::tokenizers
