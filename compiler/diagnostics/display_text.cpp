// How source text becomes what a terminal can show.
#include "compiler/diagnostics/display_text.h"

#include <algorithm>

#include <llvm/ADT/StringRef.h>
#include <llvm/Support/Unicode.h>

namespace plait {

namespace {

constexpr uint32_t kTabStop = 4;
/// How many columns stand before the focus of a line that is cut.
constexpr uint32_t kColumnsBefore = 80;
/// More bytes than this to either side of the focus are never shown.
constexpr uint32_t kMaxBytes = 4 * kMaxShownColumns;

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

/// A character as it is shown.
struct Glyph {
  std::string_view text;
  uint32_t width = 1;
  uint32_t bytes = 1;
};

Glyph GlyphAt(std::string_view text, size_t at, uint32_t column) {
  static constexpr std::string_view kSpaces = "    ";
  static constexpr std::string_view kReplacement = "\uFFFD";
  if (text[at] == '\t') {
    uint32_t width = kTabStop - column % kTabStop;
    return {kSpaces.substr(0, width), width, 1};
  }
  uint32_t bytes = 1;
  while (at + bytes < text.size() && bytes < 4 && IsContinuation(text[at + bytes])) {
    ++bytes;
  }
  std::string_view character = text.substr(at, bytes);
  int width = llvm::sys::unicode::columnWidthUTF8(llvm::StringRef(character.data(), character.size()));
  if (width < 0) {
    return {kReplacement, 1, 1};
  }
  return {character, static_cast<uint32_t>(width), bytes};
}

/// The whole of `line`, which begins at `first_byte` of the source line.
DisplayLine MakeWhole(std::string_view line, uint32_t first_byte) {
  DisplayLine shown;
  shown.first_byte = first_byte;
  uint32_t column = 0;
  for (size_t at = 0; at < line.size();) {
    Glyph glyph = GlyphAt(line, at, column);
    shown.text += glyph.text;
    shown.columns.insert(shown.columns.end(), glyph.bytes, column);
    column += glyph.width;
    at += glyph.bytes;
  }
  shown.columns.push_back(column);
  return shown;
}

}  // namespace

uint32_t DisplayLine::ColumnOf(uint32_t byte) const {
  uint32_t index = byte < first_byte ? 0 : byte - first_byte;
  return columns[std::min<size_t>(index, columns.size() - 1)];
}

uint32_t DisplayWidth(std::string_view text) { return MakeWhole(text, 0).columns.back(); }

DisplayLine MakeDisplayLine(std::string_view line, uint32_t focus) {
  focus = std::min(focus, static_cast<uint32_t>(line.size()));
  uint32_t begin = focus > kMaxBytes ? focus - kMaxBytes : 0;
  uint32_t end = std::min(focus + kMaxBytes, static_cast<uint32_t>(line.size()));
  while (begin < end && begin > 0 && IsContinuation(line[begin])) {
    ++begin;
  }
  DisplayLine whole = MakeWhole(line.substr(begin, end - begin), begin);
  if (whole.columns.back() <= kMaxShownColumns && begin == 0 && end == line.size()) {
    return whole;
  }
  uint32_t focus_column = whole.ColumnOf(focus);
  uint32_t first_column = focus_column > kColumnsBefore ? focus_column - kColumnsBefore : 0;
  auto byte_of = [&](uint32_t column) {
    return begin + static_cast<uint32_t>(std::lower_bound(whole.columns.begin(), whole.columns.end(), column) - whole.columns.begin());
  };
  uint32_t first_byte = byte_of(first_column);
  uint32_t last_byte = std::min(byte_of(first_column + kMaxShownColumns), end);
  DisplayLine cut = MakeWhole(line.substr(first_byte, last_byte - first_byte), first_byte);
  if (last_byte < line.size()) {
    cut.text += "…";
  }
  if (first_byte > 0) {
    cut.text.insert(0, "…");
    for (uint32_t& column : cut.columns) {
      ++column;
    }
  }
  return cut;
}

std::string PrintableText(std::string_view text) {
  std::string printable;
  for (size_t at = 0; at < text.size();) {
    if (text[at] == '\n') {
      printable += "\\n";
      ++at;
      continue;
    }
    Glyph glyph = GlyphAt(text, at, 0);
    printable += text[at] == '\t' ? " " : glyph.text;
    at += glyph.bytes;
  }
  return printable;
}

}  // namespace plait
