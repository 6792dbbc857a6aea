// GPT-2's alphabet: every byte as one printable character.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace plait::tokenizers {

/// The text's bytes, each as its character. See `bytes_to_unicode` of https://github.com/openai/gpt-2/blob/master/src/encoder.py.
std::string BytesToAlphabet(std::string_view bytes);

/// The bytes that a token's characters stand for, or nothing where one of them is outside the alphabet. Needs valid UTF-8.
std::optional<std::string> AlphabetToBytes(std::string_view token);

}  // namespace plait::tokenizers
