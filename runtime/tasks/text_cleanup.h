// What transformers does to decoded text after the tokenizer, where a model's tokenizer_config.json asks for it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "compiler/base/result.h"
#include "compiler/base/value.h"

namespace plait {

/// Takes out the spaces before punctuation and English contractions that word-piece decoders leave, as `clean_up_tokenization`.
std::string CleanUpTokenization(std::string text);

/// `CleanUpTokenization` of a text that grows at its end, in time that does not grow with it.
class GrowingCleanText {
 public:
  /// All of the text, cleaned up. It begins with the `settled` bytes that it began with before, and they are not less than before.
  const std::string& Update(std::string_view text, size_t settled);

 private:
  /// Up to here nothing that follows changes what becomes of the text, and so much that is.
  size_t finished_ = 0;
  size_t finished_clean_ = 0;
  std::string clean_;
};

/// Whether decoded text is cleaned up: `clean_up_tokenization_spaces` is set and the model is not BPE, whose spaces are its own
/// (but for the key that insists). Both arguments are objects.
bool WantsCleanUp(const Value& tokenizer_config, const Value& tokenizer);

}  // namespace plait
