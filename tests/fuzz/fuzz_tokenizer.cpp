// Fuzzes tokenizers: a tokenizer.json of any bytes is refused or encodes and decodes text. What follows the first zero byte is the text.
#include <algorithm>

#include "runtime/tokenizers/tokenizer.h"
#include "runtime/tokenizers/unicode.h"
#include "tests/fuzz/fuzz.h"

namespace {

constexpr std::string_view kUsualText = "Hello, w\u00f6rld! \u4f60\u597d it's 123 [MASK]\n";

void Exercise(const plait::Tokenizer& tokenizer, std::string_view text) {
  plait::Result<plait::Encoding> encoding = tokenizer.EncodePair(text, kUsualText, true);
  if (!encoding.ok()) {
    return;
  }
  plait::fuzz::Require(encoding->input_ids.size() == encoding->token_type_ids.size(), "every token has a type");
  for (int32_t id : encoding->input_ids) {
    plait::fuzz::Require(0 <= id && id < tokenizer.vocab_size(), "every id is of the vocabulary");
  }
  plait::fuzz::Require(*encoding == *tokenizer.EncodePair(text, kUsualText, true), "equal texts give equal tokens");
  for (bool skip_special_tokens : {false, true}) {
    std::string decoded = tokenizer.Decode(encoding->input_ids, skip_special_tokens);
    plait::fuzz::Require(plait::tokenizers::ReplaceInvalidUtf8(decoded) == decoded, "decoded text is valid UTF-8");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string input = plait::fuzz::TextOf(data, size);
  std::string_view json = std::string_view(input).substr(0, input.find('\0'));
  std::string_view text = std::string_view(input).substr(std::min(input.size(), json.size() + 1));
  plait::Result<plait::Tokenizer> tokenizer = plait::Tokenizer::Parse(json, "tokenizer.json");
  if (tokenizer.ok()) {
    Exercise(*tokenizer, text);
  } else {
    plait::fuzz::Require(!tokenizer.error().message.empty(), "a refusal says why");
  }
  return 0;
}
