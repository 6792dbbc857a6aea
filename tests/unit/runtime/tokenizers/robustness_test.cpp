// Several threads on one tokenizer, and seeded random input: nothing may crash, hang or give broken text.
#include <array>
#include <random>
#include <thread>

#include <simdjson.h>

#include "tests/unit/runtime/tokenizers/small_files.h"

namespace plait::test {
namespace {

SmallFile Everything() {
  SmallFile file = SmallWordPiece();
  file.added_tokens =
      fmt::format("[{}, {}, {}]", AddedJson(2, "[CLS]", "special"), AddedJson(10, "<x>", "lstrip"), AddedJson(11, "Foo", "normalized"));
  file.normalizer = fmt::format(R"({{"type": "Sequence", "normalizers": [{{"type": "NFKC"}}, {}, {}]}})",
                                R"({"type": "Replace", "pattern": {"Regex": "[ab]+"}, "content": "é"})", file.normalizer);
  file.pre_tokenizer = R"({"type": "Sequence", "pretokenizers": [
    {"type": "Split", "pattern": {"Regex": "\\s+(?!\\S)|\\s+"}, "behavior": "MergedWithNext", "invert": false},
    {"type": "Digits", "individual_digits": true}, {"type": "BertPreTokenizer"}]})";
  file.post_processor = R"({"type": "TemplateProcessing",
    "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}],
    "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 1}}],
    "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]}}})";
  return file;
}

SmallFile Bytes() {
  SmallFile file = SmallBpe();
  file.pre_tokenizer = R"({"type": "ByteLevel", "add_prefix_space": true, "trim_offsets": true, "use_regex": true})";
  file.decoder = file.pre_tokenizer;
  return file;
}

std::string RandomBytes(std::mt19937& random, size_t longest) {
  std::string bytes(random() % (longest + 1), '\0');
  for (char& byte : bytes) {
    byte = static_cast<char>(random());
  }
  return bytes;
}

/// Valid UTF-8 of code points that the stages treat differently.
std::string RandomText(std::mt19937& random) {
  static constexpr std::array<std::string_view, 20> kPieces = {"a",          "b",      " ",   "\n",  "\u0301", "\u0323", "é",
                                                               "世",         "[CLS]",  "<x>", "foo", "\u00A0", "7",      ",",
                                                               "\U0001F468", "\u200D", "\0",  "un",  "##aff",  "\uFFFD"};
  std::string text;
  for (size_t count = random() % 30; count > 0; --count) {
    text += kPieces[random() % kPieces.size()];
  }
  return text;
}

void UseUp(const Tokenizer& tokenizer, std::string_view text) {
  bool is_valid = simdjson::validate_utf8(text.data(), text.size());
  Result<Encoding> encoding = tokenizer.EncodePair(text, text, true);
  if (!encoding.ok()) {
    bool is_known = encoding.error().kind == FailureKind::InputInvalid || encoding.error().kind == FailureKind::TokenizerInvalid;
    CHECK(is_known);
    return;
  }
  CHECK(is_valid);
  CHECK(encoding->input_ids.size() == encoding->token_type_ids.size());
  std::string decoded = tokenizer.Decode(encoding->input_ids, false);
  CHECK(simdjson::validate_utf8(decoded.data(), decoded.size()));
}

TEST_CASE("several threads use one tokenizer") {
  Tokenizer tokenizer = ParseOrFail(Everything().Text());
  std::mt19937 random(3);
  std::vector<std::string> texts;
  std::vector<Ids> expected;
  for (int i = 0; i < 200; ++i) {
    texts.push_back(RandomText(random));
    expected.push_back(IdsOf(tokenizer, texts.back()));
  }
  std::array<int, 4> wrong{};
  std::vector<std::thread> threads;
  for (int& count : wrong) {
    threads.emplace_back([&] {
      for (size_t i = 0; i < texts.size(); ++i) {
        Result<Encoding> encoding = tokenizer.Encode(texts[i], false);
        count += encoding.ok() && encoding->input_ids == expected[i] ? 0 : 1;
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  CHECK(wrong == std::array<int, 4>{});
}

TEST_CASE("random texts") {
  std::mt19937 random(11);
  for (const SmallFile& file : {Everything(), Bytes(), SmallBpe()}) {
    Tokenizer tokenizer = ParseOrFail(file.Text());
    for (int i = 0; i < 1500; ++i) {
      UseUp(tokenizer, RandomText(random));
      UseUp(tokenizer, RandomBytes(random, 40));
      Ids ids(random() % 20);
      for (int32_t& id : ids) {
        id = static_cast<int32_t>(random() % 14) - 1;
      }
      std::string decoded = tokenizer.Decode(ids, random() % 2 == 0);
      CHECK(simdjson::validate_utf8(decoded.data(), decoded.size()));
    }
  }
}

/// The text with a few bytes changed, cut out, doubled or taken from elsewhere in it.
std::string Mutated(std::string text, std::mt19937& random) {
  for (size_t count = 1 + random() % 4; count > 0; --count) {
    size_t from = random() % text.size();
    size_t size = std::min<size_t>(random() % 24, text.size() - from);
    switch (random() % 5) {
      case 0:
        text[from] = static_cast<char>(random());
        break;
      case 1:
        text.erase(from, std::min(size, text.size() - 1));
        break;
      case 2:
        text.insert(random() % text.size(), text.substr(from, size));
        break;
      case 3:
        text[from] = "0123456789[]{}\",:-.enul"[random() % 23];
        break;
      default:
        text.replace(from, size, std::to_string(random() % 2 == 0 ? random() : random() % 12));
        break;
    }
  }
  return text;
}

TEST_CASE("random changes to a file") {
  std::mt19937 random(5);
  std::mt19937 text_random(6);
  int parsed = 0;
  for (const SmallFile& file : {Everything(), Bytes(), SmallBpe(), SmallWordPiece()}) {
    std::string text = file.Text();
    for (int i = 0; i < 3000; ++i) {
      Result<Tokenizer> tokenizer = Tokenizer::Parse(Mutated(text, random), "tokenizer.json");
      if (!tokenizer.ok()) {
        bool is_known =
            tokenizer.error().kind == FailureKind::TokenizerInvalid || tokenizer.error().kind == FailureKind::TokenizerUnsupported;
        CHECK(is_known);
        continue;
      }
      ++parsed;
      UseUp(*tokenizer, RandomText(text_random));
    }
  }
  // Enough of them must survive for the test to mean something.
  CHECK(parsed > 300);
}

TEST_CASE("random bytes as a file") {
  std::mt19937 random(9);
  for (int i = 0; i < 3000; ++i) {
    CHECK(!Tokenizer::Parse(RandomBytes(random, 200), "tokenizer.json").ok());
  }
}

}  // namespace
}  // namespace plait::test
