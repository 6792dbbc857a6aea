// What each stage does, one small file at a time.
#include <chrono>

#include "tests/unit/runtime/tokenizers/small_files.h"

namespace plait::test {
namespace {

const char* const kByteLevel = R"({"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true})";

TEST_CASE("BPE joins the best-ranked pair first, from the left") {
  SmallFile file = SmallBpe();
  CHECK(IdsOf(file, "abc") == Ids{4});
  CHECK(IdsOf(file, "bcabbc") == Ids{5, 3, 5});
  CHECK(IdsOf(file, "") == Ids{});
}

TEST_CASE("BPE and characters outside the vocabulary") {
  std::string vocab = R"({"a": 0, "<unk>": 1, "<0xC3>": 2, "<0xA9>": 3})";
  SmallFile file;
  file.model = BpeJson(vocab, "[]", R"("unk_token": "<unk>",)");
  CHECK(IdsOf(file, "axya") == Ids{0, 1, 1, 0});
  file.model = BpeJson(vocab, "[]", R"("unk_token": "<unk>", "fuse_unk": true,)");
  CHECK(IdsOf(file, "axya") == Ids{0, 1, 0});
  file.model = BpeJson(vocab, "[]", R"("unk_token": "<unk>", "byte_fallback": true,)");
  CHECK(IdsOf(file, "aéx") == Ids{0, 2, 3, 1});
  file.model = BpeJson(vocab, "[]");
  CHECK(IdsOf(file, "axya") == Ids{0, 0});
  file.model = BpeJson(vocab, "[]", R"("unk_token": "?",)");
  Result<Encoding> encoding = ParseOrFail(file.Text()).Encode("ax", false);
  REQUIRE(!encoding.ok());
  CHECK(encoding.error().kind == FailureKind::TokenizerInvalid);
}

TEST_CASE("BPE takes a whole word first where merges are ignored for it") {
  SmallFile file;
  file.model = BpeJson(R"({"a": 0, "b": 1, "ba": 2})", "[]", R"("ignore_merges": true,)");
  CHECK(IdsOf(file, "ba") == Ids{2});
  CHECK(IdsOf(file, "bab") == Ids{1, 0, 1});
}

TEST_CASE("a long word takes no quadratic time") {
  SmallFile file;
  file.model = BpeJson(R"({"a": 0, "aa": 1, "aaaa": 2})", R"(["a a", "aa aa"])");
  Tokenizer tokenizer = ParseOrFail(file.Text());
  constexpr size_t kLetters = 200'000;
  auto start = std::chrono::steady_clock::now();
  CHECK(IdsOf(tokenizer, std::string(kLetters, 'a')).size() == kLetters / 4);
  // A quadratic search would take many minutes.
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(60));
}

TEST_CASE("many marks on one letter take no quadratic time") {
  SmallFile file = SmallBpe();
  file.normalizer = R"({"type": "NFC"})";
  std::string text = "a";
  for (int i = 0; i < 200'000; ++i) {
    text += i % 2 == 0 ? "\u0301" : "\u0323";
  }
  CHECK(!IdsOf(file, text).empty());
}

TEST_CASE("WordPiece") {
  SmallFile file = SmallWordPiece();
  CHECK(IdsOf(file, "unaffable") == Ids{4, 5, 6});
  CHECK(IdsOf(file, "Héllo,UNAFF") == Ids{7, 8, 4, 5});
  CHECK(IdsOf(file, "unaffx") == Ids{1});
  CHECK(IdsOf(file, "世hello世界") == Ids{9, 7, 9, 1});
  CHECK(IdsOf(file, "un" + std::string(19, 'x')) == Ids{1});
  CHECK(IdsOf(file, " \t\n ") == Ids{});
}

TEST_CASE("added tokens are found before all else") {
  SmallFile file = SmallBpe();
  auto ids = [&](const std::string& added, std::string_view text) {
    file.added_tokens = added;
    return IdsOf(file, text);
  };
  CHECK(ids("[" + AddedJson(5, "bc") + "]", "abc") == Ids{0, 5});
  CHECK(ids("[" + AddedJson(9, "<x>") + "]", "a<x>b<x><x>") == Ids{0, 9, 1, 9, 9});
  CHECK(ids("[" + AddedJson(9, "<x>") + ", " + AddedJson(10, "<x>>") + "]", "<x>><x>") == Ids{10, 9});
  CHECK(ids("[" + AddedJson(9, "<x>", "lstrip") + "]", "a <x> b") == Ids{0, 9, 7, 1});
  CHECK(ids("[" + AddedJson(9, "<x>", "rstrip") + "]", "a <x> b") == Ids{0, 7, 9, 1});
  CHECK(ids("[" + AddedJson(9, "x", "single_word") + "]", "a x ax x") == Ids{0, 7, 9, 7, 0, 6, 7, 9});
  file.normalizer = R"({"type": "Lowercase"})";
  CHECK(ids("[" + AddedJson(9, "QQ", "normalized") + "]", "qqQqa") == Ids{9, 9, 0});
  CHECK(ids("[" + AddedJson(9, "QQ", "normalized") + "]", "qqQQa") == Ids{9, 9, 0});
  CHECK(ids("[" + AddedJson(9, "QQ") + "]", "QQqq") == Ids{9, 6, 6});
}

TEST_CASE("special tokens and token types") {
  SmallFile file = SmallWordPiece();
  file.post_processor = R"({"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]})";
  Tokenizer bert = ParseOrFail(file.Text());
  CHECK(*bert.EncodePair("hello", "un", true) == Encoding{{2, 7, 3, 4, 3}, {0, 0, 0, 1, 1}});
  CHECK(*bert.EncodePair("hello", "un", false) == Encoding{{7, 4}, {0, 1}});
  file.post_processor =
      R"({"type": "RobertaProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2], "trim_offsets": true, "add_prefix_space": true})";
  Tokenizer roberta = ParseOrFail(file.Text());
  CHECK(*roberta.EncodePair("hello", "un", true) == Encoding{{2, 7, 3, 3, 4, 3}, {0, 0, 0, 0, 0, 0}});
  CHECK(*roberta.EncodePair("hello", "un", false) == Encoding{{7, 4}, {0, 0}});
  CHECK(*roberta.Encode("", true) == Encoding{{2, 3}, {0, 0}});
}

TEST_CASE("decoding WordPiece") {
  SmallFile file = SmallWordPiece();
  file.added_tokens = "[" + AddedJson(2, "[CLS]", "special") + ", " + AddedJson(3, "[SEP]", "special") + "]";
  Tokenizer tokenizer = ParseOrFail(file.Text());
  CHECK(tokenizer.Decode(Ids{2, 4, 5, 6, 8, 7, 3}, false) == "[CLS] unaffable, hello [SEP]");
  CHECK(tokenizer.Decode(Ids{2, 4, 5, 6, 8, 7, 3}, true) == "unaffable, hello");
  CHECK(tokenizer.Decode(Ids{5, -1, 400, INT32_MAX}, true) == "##aff");
  CHECK(tokenizer.Decode(Ids{}, false).empty());
  CHECK(tokenizer.TokenToId("[SEP]") == 3);
  CHECK(tokenizer.TokenToId("nothing") == std::nullopt);
  CHECK(tokenizer.vocab_size() == 10);
}

TEST_CASE("decoding bytes that are no UTF-8") {
  SmallFile file;
  // Ã © ľ ļ are the bytes C3 A9 96 94 in GPT-2's alphabet, and ð Ł stand for F0 9F.
  file.model = BpeJson(R"({"Ã": 0, "©": 1, "a": 2, "ð": 3, "Ł": 4, "í": 5, "ł": 6, "Ģ": 7, "x y": 8})", "[]");
  file.decoder = kByteLevel;
  Tokenizer tokenizer = ParseOrFail(file.Text());
  CHECK(tokenizer.Decode(Ids{0, 1}, false) == "é");
  CHECK(tokenizer.Decode(Ids{0, 2}, false) == "\uFFFDa");
  CHECK(tokenizer.Decode(Ids{3, 4, 2}, false) == "\uFFFDa");
  CHECK(tokenizer.Decode(Ids{1, 1}, false) == "\uFFFD\uFFFD");
  // A surrogate: its first byte takes no second one from that range.
  CHECK(tokenizer.Decode(Ids{5, 6, 7}, false) == "\uFFFD\uFFFD\uFFFD");
  CHECK(tokenizer.Decode(Ids{8}, false) == "x y");
}

TEST_CASE("texts that are not UTF-8") {
  Tokenizer tokenizer = ParseOrFail(SmallBpe().Text());
  for (std::string_view text : {"\xff", "a\xc3", "\xed\xa0\x80", "\xc0\x80", "\xf5\x80\x80\x80"}) {
    Result<Encoding> encoding = tokenizer.Encode(text, true);
    REQUIRE(!encoding.ok());
    CHECK(encoding.error().kind == FailureKind::InputInvalid);
    CHECK(!tokenizer.EncodePair("a", text, true).ok());
  }
  CHECK(IdsOf(tokenizer, std::string_view("a\0b", 3)) == Ids{0, 6, 1});
}

TEST_CASE("a replacement may not make a text grow without end") {
  SmallFile file = SmallBpe();
  std::string grow = fmt::format(R"({{"type": "Replace", "pattern": {{"String": "a"}}, "content": "{}"}})", std::string(5000, 'a'));
  file.normalizer = fmt::format(R"({{"type": "Sequence", "normalizers": [{0}, {0}, {0}]}})", grow);
  Result<Encoding> encoding = ParseOrFail(file.Text()).Encode("a", false);
  REQUIRE(!encoding.ok());
  CHECK(encoding.error().kind == FailureKind::InputInvalid);
}

}  // namespace
}  // namespace plait::test
