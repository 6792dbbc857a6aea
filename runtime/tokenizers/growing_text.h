// The text of tokens that come one after the other.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "runtime/tokenizers/tokenizer.h"

namespace plait {

/// What `Tokenizer::Decode` makes of all tokens so far. Where the tokenizer decodes token by token, a new one costs the same however long
/// the text is.
class GrowingText {
 public:
  /// The tokenizer outlives the text.
  GrowingText(const Tokenizer& tokenizer, bool skips_special_tokens) : tokenizer_(tokenizer), skips_special_tokens_(skips_special_tokens) {}

  void Add(int32_t token);

  [[nodiscard]] const std::string& text() const { return text_; }
  /// How many bytes of the text no further token changes. What follows them is decoded again with the next token.
  [[nodiscard]] size_t settled() const { return settled_; }

 private:
  const Tokenizer& tokenizer_;
  bool skips_special_tokens_;
  std::string text_;
  size_t settled_ = 0;
  /// The tokens whose text is not settled, and before them the last one whose text is: decoders write the first token of a text in a way of
  /// its own, and this one was not that.
  std::vector<int32_t> window_;
  /// Bytes of the first token's text where that is settled.
  size_t settled_in_window_ = 0;
};

}  // namespace plait
