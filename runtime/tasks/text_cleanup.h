// What transformers does to decoded text after the tokenizer, where a model's tokenizer_config.json asks for it.
#pragma once

#include <string>

#include "compiler/base/result.h"
#include "compiler/base/value.h"

namespace plait {

/// Takes out the spaces before punctuation and English contractions that word-piece decoders leave, as `clean_up_tokenization`.
std::string CleanUpTokenization(std::string text);

/// Whether decoded text is cleaned up: `clean_up_tokenization_spaces` is set and the model is not BPE, whose spaces are its own
/// (but for the key that insists). Both arguments are objects.
bool WantsCleanUp(const Value& tokenizer_config, const Value& tokenizer);

}  // namespace plait
