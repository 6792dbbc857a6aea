// Sets of code points as the `tokenizers` library sees them, sorted and disjoint.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace plait::tokenizers {

/// Both ends are in the range.
struct CodePointRange {
  uint32_t first;
  uint32_t last;
};

/// Code points that all map to another one at the same distance.
struct CodePointShift {
  uint32_t first;
  uint32_t last;
  int32_t delta;
};

std::span<const CodePointRange> WhiteSpaceTable();
/// What BertNormalizer removes when it cleans a text.
std::span<const CodePointRange> BertDroppedTable();
std::span<const CodePointRange> PunctuationTable();
std::span<const CodePointRange> NonspacingMarkTable();
std::span<const CodePointRange> CombiningMarkTable();
std::span<const CodePointRange> NumericTable();
/// `\w` of the Whitespace pre-tokenizer and of added tokens that match single words only.
std::span<const CodePointRange> WordTable();
/// Code points that the library's normal forms leave alone and utf8proc's do not.
std::span<const CodePointRange> UnknownToNormalizationTable();

/// What `\w` inside a character class of the library's regular expressions holds beyond PCRE2 10.42's letters, marks and numbers.
std::span<const CodePointRange> RegexWordTable();
/// What a general category such as `Lu` holds there beyond PCRE2 10.42; nothing for what is no category, or one that lost members.
std::optional<std::span<const CodePointRange>> RegexCategoryTable(std::string_view category);

/// Lower cases that utf8proc 2.8 lacks.
std::span<const CodePointShift> LowercaseTable();

}  // namespace plait::tokenizers
