// Small tokenizer.json texts and short ways to use them in tests.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "runtime/tokenizers/tokenizer.h"

namespace plait::test {

/// The parts of a tokenizer.json as JSON texts; a test replaces those it is about.
struct SmallFile {
  std::string added_tokens = "[]";
  std::string normalizer = "null";
  std::string pre_tokenizer = "null";
  std::string post_processor = "null";
  std::string decoder = "null";
  std::string model;

  [[nodiscard]] std::string Text() const {
    return fmt::format(
        R"({{"version": "1.0", "truncation": null, "padding": null, "added_tokens": {}, "normalizer": {}, "pre_tokenizer": {}, )"
        R"("post_processor": {}, "decoder": {}, "model": {}}})",
        added_tokens, normalizer, pre_tokenizer, post_processor, decoder, model);
  }
};

inline std::string BpeJson(std::string_view vocab, std::string_view merges, std::string_view options = "") {
  return fmt::format(R"({{"type": "BPE", {} "vocab": {}, "merges": {}}})", options, vocab, merges);
}

inline std::string WordPieceJson(std::string_view vocab) {
  return fmt::format(
      R"({{"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 20, "vocab": {}}})",
      vocab);
}

inline std::string AddedJson(int id, std::string_view content, std::string_view flag = "") {
  auto value = [&](std::string_view name) { return name == flag; };
  return fmt::format(R"({{"id": {}, "content": "{}", "single_word": {}, "lstrip": {}, "rstrip": {}, "normalized": {}, "special": {}}})", id,
                     content, value("single_word"), value("lstrip"), value("rstrip"), value("normalized"), value("special"));
}

/// The letters a to e, a few joins and an unknown token.
inline SmallFile SmallBpe() {
  SmallFile file;
  file.model = BpeJson(R"({"a": 0, "b": 1, "c": 2, "ab": 3, "abc": 4, "bc": 5, "<unk>": 6, " ": 7, "é": 8})",
                       R"([["a", "b"], ["ab", "c"], ["b", "c"]])", R"("unk_token": "<unk>",)");
  return file;
}

inline SmallFile SmallWordPiece() {
  SmallFile file;
  file.model =
      WordPieceJson(R"({"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "un": 4, "##aff": 5, "##able": 6, "hello": 7, ",": 8, "世": 9})");
  file.normalizer =
      R"({"type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true, "strip_accents": null, "lowercase": true})";
  file.pre_tokenizer = R"({"type": "BertPreTokenizer"})";
  file.decoder = R"({"type": "WordPiece", "prefix": "##", "cleanup": true})";
  return file;
}

inline Tokenizer ParseOrFail(const std::string& text) {
  Result<Tokenizer> tokenizer = Tokenizer::Parse(text, "tokenizer.json");
  if (!tokenizer.ok()) {
    FAIL(RenderError(tokenizer.error(), false));
  }
  return *std::move(tokenizer);
}

inline std::vector<int32_t> IdsOf(const Tokenizer& tokenizer, std::string_view text, bool add_special_tokens = false) {
  Result<Encoding> encoding = tokenizer.Encode(text, add_special_tokens);
  if (!encoding.ok()) {
    FAIL(RenderError(encoding.error(), false));
  }
  return encoding->input_ids;
}

/// The ids of a text by the file's tokenizer.
inline std::vector<int32_t> IdsOf(const SmallFile& file, std::string_view text) { return IdsOf(ParseOrFail(file.Text()), text); }

/// The failure of a file that must not parse, as a person reads it.
inline std::string FailureOf(const std::string& text) {
  Result<Tokenizer> tokenizer = Tokenizer::Parse(text, "tokenizer.json");
  return tokenizer.ok() ? "parsed" : RenderError(tokenizer.error(), false);
}

using Ids = std::vector<int32_t>;

}  // namespace plait::test

// doctest prints a vector only where it is told how.
namespace doctest {
template <>
struct StringMaker<std::vector<int32_t>> {
  static String convert(const std::vector<int32_t>& ids) { return fmt::format("[{}]", fmt::join(ids, ", ")).c_str(); }
};
}  // namespace doctest
