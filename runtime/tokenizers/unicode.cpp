// Classes by table, normal forms by utf8proc except where the library's older data differs.
#include "runtime/tokenizers/unicode.h"

#include <algorithm>
#include <span>
#include <vector>

#include <simdjson.h>
#include <utf8proc.h>

#include "runtime/tokenizers/unicode_tables.h"

namespace plait::tokenizers {
namespace {

bool IsIn(std::span<const CodePointRange> table, uint32_t code_point) {
  auto after =
      std::upper_bound(table.begin(), table.end(), code_point, [](uint32_t c, const CodePointRange& range) { return c < range.first; });
  return after != table.begin() && code_point <= (after - 1)->last;
}

bool IsAscii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

bool IsContinuation(char byte) { return (static_cast<unsigned char>(byte) & 0xC0U) == 0x80; }

uint32_t LowercaseOf(uint32_t code_point) {
  for (const CodePointShift& shift : LowercaseTable()) {
    if (shift.first <= code_point && code_point <= shift.last) {
      return code_point + static_cast<uint32_t>(shift.delta);
    }
  }
  return static_cast<uint32_t>(utf8proc_tolower(static_cast<utf8proc_int32_t>(code_point)));
}

/// A code point of a decomposed text. The class orders marks; 0 is a code point that starts a new run.
struct Decomposed {
  int32_t value;
  int32_t combining_class;
  /// Unknown to the library: nothing may compose with it.
  bool is_barrier;
};

/// Decomposed and in canonical order.
std::vector<Decomposed> Decompose(std::string_view text, bool compatibility) {
  constexpr size_t kLongestDecomposition = 32;
  int options = UTF8PROC_STABLE | UTF8PROC_DECOMPOSE | (compatibility ? UTF8PROC_COMPAT : 0);
  std::vector<Decomposed> out;
  out.reserve(text.size());
  for (size_t offset = 0; offset < text.size();) {
    CodePoint c = DecodeAt(text, offset);
    offset += c.size;
    auto value = static_cast<int32_t>(c.value);
    if (IsIn(UnknownToNormalizationTable(), c.value)) {
      out.push_back({value, 0, true});
      continue;
    }
    utf8proc_int32_t parts[kLongestDecomposition];
    int boundary = 0;
    auto length = utf8proc_decompose_char(value, parts, kLongestDecomposition, static_cast<utf8proc_option_t>(options), &boundary);
    for (utf8proc_ssize_t i = 0; i < length; ++i) {
      out.push_back({parts[i], utf8proc_get_property(parts[i])->combining_class, false});
    }
  }
  for (size_t begin = 0; begin < out.size();) {
    size_t end = begin + 1;
    while (out[begin].combining_class != 0 && end < out.size() && out[end].combining_class != 0) {
      ++end;
    }
    auto first = out.begin() + static_cast<std::ptrdiff_t>(begin);
    std::stable_sort(first, out.begin() + static_cast<std::ptrdiff_t>(end),
                     [](const Decomposed& a, const Decomposed& b) { return a.combining_class < b.combining_class; });
    begin = end;
  }
  return out;
}

/// Composes the code points between two barriers.
std::vector<int32_t> Compose(std::vector<int32_t> code_points) {
  auto options = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | UTF8PROC_COMPOSE);
  auto length = utf8proc_normalize_utf32(code_points.data(), static_cast<utf8proc_ssize_t>(code_points.size()), options);
  code_points.resize(static_cast<size_t>(std::max<utf8proc_ssize_t>(length, 0)));
  return code_points;
}

std::vector<int32_t> ComposeBetweenBarriers(const std::vector<Decomposed>& decomposed) {
  std::vector<int32_t> out;
  std::vector<int32_t> open;
  auto close = [&] {
    open = Compose(std::move(open));
    out.insert(out.end(), open.begin(), open.end());
    open.clear();
  };
  for (const Decomposed& c : decomposed) {
    if (!c.is_barrier) {
      open.push_back(c.value);
      continue;
    }
    close();
    out.push_back(c.value);
  }
  close();
  return out;
}

/// Bytes of the code point at `offset` that are well formed, and whether they make it up entirely.
struct Utf8Prefix {
  size_t size;
  bool is_complete;
};

Utf8Prefix LongestPrefix(std::string_view bytes, size_t offset) {
  auto at = [&](size_t i) { return offset + i < bytes.size() ? static_cast<unsigned char>(bytes[offset + i]) : 0; };
  unsigned char lead = at(0);
  size_t length = lead < 0x80 ? 1 : lead >= 0xC2 && lead <= 0xDF ? 2 : (lead & 0xF0U) == 0xE0 ? 3 : lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
  if (length == 0) {
    return {1, false};
  }
  // The second byte has a narrower range after some first bytes: no overlong forms, no surrogates, nothing past U+10FFFF.
  unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  for (size_t i = 1; i < length; ++i) {
    if (at(i) < low || at(i) > high) {
      return {i, false};
    }
    low = 0x80;
    high = 0xBF;
  }
  return {length, true};
}

}  // namespace

CodePoint DecodeAt(std::string_view text, size_t offset) {
  auto byte = [&](size_t i) { return static_cast<uint32_t>(static_cast<unsigned char>(text[offset + i])); };
  uint32_t lead = byte(0);
  if (lead < 0x80) {
    return {lead, 1};
  }
  if (lead < 0xE0) {
    return {(lead & 0x1FU) << 6U | (byte(1) & 0x3FU), 2};
  }
  if (lead < 0xF0) {
    return {(lead & 0x0FU) << 12U | (byte(1) & 0x3FU) << 6U | (byte(2) & 0x3FU), 3};
  }
  return {(lead & 0x07U) << 18U | (byte(1) & 0x3FU) << 12U | (byte(2) & 0x3FU) << 6U | (byte(3) & 0x3FU), 4};
}

CodePoint DecodeBefore(std::string_view text, size_t offset) {
  do {
    --offset;
  } while (IsContinuation(text[offset]));
  return DecodeAt(text, offset);
}

size_t CountCodePoints(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char c) { return !IsContinuation(c); }));
}

void AppendUtf8(uint32_t code_point, std::string& text) {
  utf8proc_uint8_t bytes[4];
  auto size = utf8proc_encode_char(static_cast<utf8proc_int32_t>(code_point), bytes);
  text.append(reinterpret_cast<const char*>(bytes), static_cast<size_t>(size));
}

bool IsWhiteSpace(uint32_t code_point) { return IsIn(WhiteSpaceTable(), code_point); }

std::string_view StripWhiteSpace(std::string_view text, bool left, bool right) {
  while (left && !text.empty() && IsWhiteSpace(DecodeAt(text, 0).value)) {
    text.remove_prefix(DecodeAt(text, 0).size);
  }
  while (right && !text.empty() && IsWhiteSpace(DecodeBefore(text, text.size()).value)) {
    text.remove_suffix(DecodeBefore(text, text.size()).size);
  }
  return text;
}

bool IsPunctuation(uint32_t code_point) { return IsIn(PunctuationTable(), code_point); }
bool IsNumeric(uint32_t code_point) { return IsIn(NumericTable(), code_point); }
bool IsWord(uint32_t code_point) { return IsIn(WordTable(), code_point); }
bool IsNonspacingMark(uint32_t code_point) { return IsIn(NonspacingMarkTable(), code_point); }
bool IsCombiningMark(uint32_t code_point) { return IsIn(CombiningMarkTable(), code_point); }
bool IsBertDropped(uint32_t code_point) { return IsIn(BertDroppedTable(), code_point); }

bool IsIdeograph(uint32_t code_point) {
  // U+2B820 to U+2B91F is missing in BERT's own code as well.
  static constexpr CodePointRange kIdeographs[] = {{0x3400, 0x4DBF},   {0x4E00, 0x9FFF},   {0xF900, 0xFAFF},   {0x20000, 0x2A6DF},
                                                   {0x2A700, 0x2B73F}, {0x2B740, 0x2B81F}, {0x2B920, 0x2CEAF}, {0x2F800, 0x2FA1F}};
  return IsIn(kIdeographs, code_point);
}

std::string Lowercase(std::string_view text) {
  constexpr uint32_t kCapitalIWithDot = 0x130;
  constexpr uint32_t kDotAbove = 0x307;
  std::string out;
  out.reserve(text.size());
  for (size_t offset = 0; offset < text.size();) {
    CodePoint c = DecodeAt(text, offset);
    offset += c.size;
    if (c.value < 0x80) {
      out.push_back(static_cast<char>(c.value >= 'A' && c.value <= 'Z' ? c.value + ('a' - 'A') : c.value));
    } else if (c.value == kCapitalIWithDot) {
      // The only code point whose lower case is two of them.
      out.push_back('i');
      AppendUtf8(kDotAbove, out);
    } else {
      AppendUtf8(LowercaseOf(c.value), out);
    }
  }
  return out;
}

std::string Normalize(std::string_view text, NormalForm form) {
  if (IsAscii(text)) {
    return std::string(text);
  }
  std::vector<Decomposed> decomposed = Decompose(text, form == NormalForm::kNfkc || form == NormalForm::kNfkd);
  std::string out;
  out.reserve(text.size());
  if (form == NormalForm::kNfd || form == NormalForm::kNfkd) {
    for (const Decomposed& c : decomposed) {
      AppendUtf8(static_cast<uint32_t>(c.value), out);
    }
    return out;
  }
  for (int32_t c : ComposeBetweenBarriers(decomposed)) {
    AppendUtf8(static_cast<uint32_t>(c), out);
  }
  return out;
}

std::string ReplaceInvalidUtf8(std::string_view bytes) {
  if (simdjson::validate_utf8(bytes.data(), bytes.size())) {
    return std::string(bytes);
  }
  std::string out;
  out.reserve(bytes.size());
  for (size_t offset = 0; offset < bytes.size();) {
    Utf8Prefix prefix = LongestPrefix(bytes, offset);
    out += prefix.is_complete ? bytes.substr(offset, prefix.size) : "\uFFFD";
    offset += prefix.size;
  }
  return out;
}

}  // namespace plait::tokenizers
