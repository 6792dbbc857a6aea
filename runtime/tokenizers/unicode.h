// Code points, their classes and the normal forms, answered as the `tokenizers` library answers them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace plait::tokenizers {

struct CodePoint {
  uint32_t value;
  /// Bytes it takes in UTF-8.
  size_t size;
};

/// The code point at `offset` of valid UTF-8.
CodePoint DecodeAt(std::string_view text, size_t offset);
/// The code point that ends right before `offset`, which is not 0, of valid UTF-8.
CodePoint DecodeBefore(std::string_view text, size_t offset);
size_t CountCodePoints(std::string_view text);
void AppendUtf8(uint32_t code_point, std::string& text);

bool IsWhiteSpace(uint32_t code_point);
/// The text without white space before and after it, or at one of the two ends.
std::string_view StripWhiteSpace(std::string_view text, bool left = true, bool right = true);
bool IsPunctuation(uint32_t code_point);
bool IsNumeric(uint32_t code_point);
bool IsWord(uint32_t code_point);
bool IsNonspacingMark(uint32_t code_point);
bool IsCombiningMark(uint32_t code_point);
/// Controls, formats and private use, which BertNormalizer removes.
bool IsBertDropped(uint32_t code_point);
/// A CJK ideograph, around which BertNormalizer puts spaces.
bool IsIdeograph(uint32_t code_point);

/// One code point at a time, so without the final sigma of whole words.
std::string Lowercase(std::string_view text);

enum class NormalForm { kNfc, kNfd, kNfkc, kNfkd };

/// Takes time that grows as n log n at worst, however many marks stand on one letter.
std::string Normalize(std::string_view text, NormalForm form);

/// Each longest run of bytes that begins a code point but does not end it, and each byte that cannot begin one, becomes one U+FFFD.
std::string ReplaceInvalidUtf8(std::string_view bytes);

}  // namespace plait::tokenizers
