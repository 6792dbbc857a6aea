// A file that is broken, or asks for what there is not, gives one error that says what and where.
#include <algorithm>

#include "tests/unit/runtime/tokenizers/small_files.h"

namespace plait::test {
namespace {

/// One error of that kind whose text has `words` in it.
void CheckFailure(const std::string& text, std::string_view code, std::string_view words) {
  std::string failure = FailureOf(text);
  CAPTURE(failure);
  CAPTURE(words);
  CHECK(failure.find(fmt::format("[{}]", code)) != std::string::npos);
  CHECK(failure.find(words) != std::string::npos);
  CHECK(failure.starts_with("tokenizer.json"));
}

void CheckInvalid(const std::string& text, std::string_view words) { CheckFailure(text, "tokenizer-invalid", words); }

SmallFile WithModel(std::string model) {
  SmallFile file;
  file.model = std::move(model);
  return file;
}

TEST_CASE("text that is not JSON") {
  CheckInvalid("", "found nothing");
  CheckInvalid("   ", "found nothing");
  CheckInvalid("not json", "not JSON");
  CheckInvalid("[1, 2", "cut short");
  CheckInvalid("\"\xff\"", "not valid UTF-8");
  CheckInvalid(R"({"model": 1e999})", "a number is malformed or too large");
  CheckInvalid(R"({"model": 123456789012345678901234567890})", "a number is malformed or too large");
  CheckInvalid(std::string(100'000, '[') + std::string(100'000, ']'), "nested more than 64");
  std::string whole = SmallBpe().Text();
  for (size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    CHECK(FailureOf(whole.substr(0, size)).find("[tokenizer-invalid]") != std::string::npos);
  }
}

TEST_CASE("values of the wrong kind") {
  CheckInvalid("[]", "$: error: expected an object, found a list");
  CheckInvalid("{}", "$: error: the field `model` is missing");
  CheckInvalid(R"({"version": 1, "model": {}})", "$.version: error: expected a string, found an integer");
  CheckInvalid(R"({"model": 3})", "$.model: error: expected an object, found an integer");
  CheckInvalid(R"({"model": {}, "model": {}})", "the field `model` stands twice");
  CheckInvalid(R"({"model": {}})", "$.model: error: the model states no `type`");
  SmallFile file = SmallBpe();
  file.normalizer = R"({"type": "Strip", "strip_left": "yes", "strip_right": true})";
  CheckInvalid(file.Text(), "$.normalizer.strip_left: error: expected a boolean, found a string");
  file = SmallBpe();
  file.normalizer = R"({"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Prepend"}]})";
  CheckInvalid(file.Text(), "$.normalizer.normalizers[1]: error: the field `prepend` is missing");
  file = SmallBpe();
  file.decoder = R"({"type": "BPEDecoder", "suffix": ""})";
  CheckInvalid(file.Text(), "$.decoder.suffix: error: the suffix is empty");
  file = SmallBpe();
  file.pre_tokenizer = R"({"type": "Split", "pattern": {}, "behavior": "Removed", "invert": false})";
  CheckInvalid(file.Text(), "$.pre_tokenizer.pattern: error: expected a pattern");
}

TEST_CASE("vocabularies") {
  CheckInvalid(WithModel(R"({"type": "BPE", "merges": []})").Text(), "$.model: error: the field `vocab` is missing");
  CheckInvalid(WithModel(BpeJson("{}", "[]")).Text(), "the vocabulary is empty");
  CheckInvalid(WithModel(BpeJson("[]", "[]")).Text(), "expected an object, found a list");
  CheckInvalid(WithModel(BpeJson(R"({"a": 0, "b": 0})", "[]")).Text(), R"(the tokens "a" and "b" have the same id 0)");
  CheckInvalid(WithModel(BpeJson(R"({"a": 0, "a": 1})", "[]")).Text(), R"(the token "a" stands twice)");
  CheckInvalid(WithModel(BpeJson(R"({"a": -1})", "[]")).Text(),
               R"($.model.vocab["a"]: error: expected an integer from 0 to 2147483646, found -1)");
  CheckInvalid(WithModel(BpeJson(R"({"a": 4294967296})", "[]")).Text(), "found 4294967296");
  CheckInvalid(WithModel(BpeJson(R"({"a": 18446744073709551615})", "[]")).Text(), "found 18446744073709551615");
  CheckInvalid(WithModel(BpeJson(R"({"a": 1.5})", "[]")).Text(), "expected an integer, found a number");
  CheckInvalid(WithModel(WordPieceJson(R"({"a": 0})")).Text(), R"(the unknown token "[UNK]" is not in the vocabulary)");
  Tokenizer sparse = ParseOrFail(WithModel(BpeJson(R"({"a": 2147483646})", "[]")).Text());
  CHECK(sparse.vocab_size() == INT32_MAX);
  CHECK(sparse.Decode(Ids{2147483646, 5}, false) == "a");
}

TEST_CASE("merges") {
  std::string vocab = R"({"a": 0, "b": 1, "ab": 2})";
  CheckInvalid(WithModel(R"({"type": "BPE", "vocab": {"a": 0}})").Text(), "the field `merges` is missing");
  CheckInvalid(WithModel(BpeJson(vocab, R"([["a", "x"]])")).Text(), R"($.model.merges[0]: error: the merge names "x", which is not)");
  CheckInvalid(WithModel(BpeJson(vocab, R"(["a b", "x b"])")).Text(), R"($.model.merges[1]: error: the merge names "x", which is not)");
  CheckInvalid(WithModel(BpeJson(vocab, R"(["b a"])")).Text(), R"(the merge gives "ba", which is not in the vocabulary)");
  CheckInvalid(WithModel(BpeJson(vocab, R"(["ab"])")).Text(), "expected two tokens with one space between them");
  CheckInvalid(WithModel(BpeJson(vocab, R"(["a  b"])")).Text(), "expected two tokens with one space between them");
  CheckInvalid(WithModel(BpeJson(vocab, R"([["a"]])")).Text(), "expected a merge");
  CheckInvalid(WithModel(BpeJson(vocab, R"([["a", 1]])")).Text(), "expected a merge");
  CheckInvalid(WithModel(BpeJson(vocab, R"([3])")).Text(), "expected a merge");
  CheckInvalid(WithModel(BpeJson(R"({"a": 0, "é": 1})", R"(["a é"])", R"("continuing_subword_prefix": "#",)")).Text(), "the merge gives");
}

TEST_CASE("added tokens") {
  SmallFile file = SmallBpe();
  auto check = [&](const std::string& added, std::string_view words) {
    file.added_tokens = added;
    CheckInvalid(file.Text(), words);
  };
  check("{}", "$.added_tokens: error: expected a list");
  check(R"([{"id": 9}])", "$.added_tokens[0]: error: the field `content` is missing");
  check("[" + AddedJson(9, "") + "]", R"(the added token "" is empty)");
  check("[" + AddedJson(5, "a") + "]", R"(the added token "a" has id 5, but 0 in the vocabulary)");
  check("[" + AddedJson(5, "x") + "]", R"(the added token "x" has id 5, which is that of "bc")");
  check("[" + AddedJson(12, "x") + "]", R"(the added token "x" has id 12, but the next free one is 9)");
  check("[" + AddedJson(9, "x") + ", " + AddedJson(9, "y") + "]", R"(the added token "y" has id 9, but the next free one is 10)");
  check("[" + AddedJson(0, "a") + ", " + AddedJson(0, "a", "special") + "]",
        R"($.added_tokens[1]: error: the added token "a" stands twice)");
  file.normalizer = R"({"type": "Strip", "strip_left": true, "strip_right": true})";
  check("[" + AddedJson(9, "  ", "normalized") + "]", R"(the added token "  " is empty after the normalizer)");
}

TEST_CASE("post-processors") {
  SmallFile file = SmallWordPiece();
  auto check = [&](const std::string& processor, std::string_view words) {
    file.post_processor = processor;
    CheckInvalid(file.Text(), words);
  };
  std::string tail = R"("pair": [], "special_tokens": {"[CLS]": {"id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]}}})";
  check(R"({"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "[BOS]", "type_id": 0}}], )" + tail,
        R"($.post_processor.single[0].SpecialToken.id: error: the template names the special token "[BOS]")");
  check(R"({"type": "TemplateProcessing", "single": [{"Sequence": {"id": "B", "type_id": 0}}], )" + tail,
        R"(expected the text `A`, found "B")");
  check(R"({"type": "TemplateProcessing", "single": [{"Text": 1}], )" + tail, "expected a part with `Sequence` or `SpecialToken`");
  check(R"({"type": "TemplateProcessing", "single": [], "pair": []})", "the field `special_tokens` is missing");
  check(R"({"type": "BertProcessing", "sep": ["[SEP]", 99], "cls": ["[CLS]", 2]})",
        "$.post_processor.sep[1]: error: the id 99 is not in the vocabulary");
  check(R"({"type": "RobertaProcessing", "sep": ["[SEP]"], "cls": ["[CLS]", 2]})", "expected a token and its id");
}

TEST_CASE("parts that are not supported are named") {
  auto check = [](const SmallFile& file, std::string_view words) { CheckFailure(file.Text(), "tokenizer-unsupported", words); };
  SmallFile file = SmallBpe();
  file.normalizer = R"({"type": "Precompiled", "precompiled_charsmap": ""})";
  check(file, "tokenizer.json asks for the normalizer `Precompiled`, which is not supported");
  file = SmallBpe();
  file.normalizer = R"({"type": "Replace", "pattern": {"String": ""}, "content": "x"})";
  check(file, "a replacement of the empty text");
  file = SmallBpe();
  file.pre_tokenizer = R"({"type": "Sequence", "pretokenizers": [{"type": "Metaspace"}]})";
  check(file, "$.pre_tokenizer.pretokenizers[0]: error: tokenizer.json asks for the pre-tokenizer `Metaspace`");
  file.pre_tokenizer = R"({"type": "Punctuation", "behavior": "Doubled"})";
  check(file, "the split behavior `Doubled`");
  file = SmallBpe();
  file.post_processor = R"({"type": "Other"})";
  check(file, "the post-processor `Other`");
  file = SmallWordPiece();
  std::string bert = R"({"type": "BertProcessing", "sep": ["[SEP]", 3], "cls": ["[CLS]", 2]})";
  file.post_processor = fmt::format(R"({{"type": "Sequence", "processors": [{}, {}]}})", bert, bert);
  check(file, "a second post-processor that adds tokens");
  file = SmallBpe();
  file.decoder = R"({"type": "CTC"})";
  check(file, "the decoder `CTC`");
  check(WithModel(R"({"type": "Unigram", "vocab": []})"), "the model `Unigram`");
  check(WithModel(BpeJson(R"({"a": 0})", "[]", R"("dropout": 0.1,)")), "the BPE option `dropout`");
  CheckFailure(R"({"version": "2.0", "model": {}})", "tokenizer-unsupported", "the format version `2.0`");
}

TEST_CASE("older files state no type of model") {
  CHECK(IdsOf(WithModel(R"({"vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["#version: 0.2", "a b"], "unk_token": ""})"), "aab") ==
        Ids{0, 2});
  CHECK(
      IdsOf(WithModel(R"({"unk_token": "u", "continuing_subword_prefix": "##", "max_input_chars_per_word": 9, "vocab": {"u": 0, "a": 1}})"),
            "a") == Ids{1});
}

}  // namespace
}  // namespace plait::test
