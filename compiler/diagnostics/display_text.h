// Source text as a terminal shows it: tabs expanded, nothing unprintable, columns counted by display width.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace plait {

/// Wider lines are cut around the place that a diagnostic is about.
inline constexpr uint32_t kMaxShownColumns = 200;

struct DisplayLine {
  std::string text;
  /// The display column of each byte of the shown part of the source line, and one more for its end.
  std::vector<uint32_t> columns;
  /// The byte of the source line that `columns` begins with.
  uint32_t first_byte = 0;

  /// The column of a byte of the source line; bytes that are not shown count as the nearest that is.
  [[nodiscard]] uint32_t ColumnOf(uint32_t byte) const;
};

/// The columns that a text takes up.
uint32_t DisplayWidth(std::string_view text);

/// The line as it is shown, cut around the byte `focus` where it is too wide, with `…` where something is left out.
DisplayLine MakeDisplayLine(std::string_view line, uint32_t focus);

/// A message's text: line breaks as `\n`, nothing that would move the cursor.
std::string PrintableText(std::string_view text);

}  // namespace plait
