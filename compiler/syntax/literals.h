// What literal tokens stand for.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/syntax/ast.h"

namespace plait {

struct UnitInfo {
  std::string_view spelling;
  ast::UnitKind kind;
  /// Bytes or milliseconds in one.
  int64_t factor;
};

/// The unit of that spelling; nothing where there is none.
std::optional<UnitInfo> FindUnit(std::string_view spelling);
/// The unit that a spelling of another tool most likely means: `Gi` and `GB` give `GiB`.
std::optional<UnitInfo> GuessUnit(std::string_view spelling);

/// The text of an integer, its `_` taken out; nothing where it needs more than 63 bits.
std::optional<int64_t> DecodeInt(std::string_view text);
/// Nothing where it is beyond the largest float.
std::optional<double> DecodeFloat(std::string_view text);

/// How much of a text is a number, its unit aside, and whether it has a fraction or an exponent.
struct ScannedNumber {
  size_t length = 0;
  bool is_float = false;
};
ScannedNumber ScanNumber(std::string_view text);

/// A part of a string as it stands between the quotes, with its place.
struct RawText {
  std::string_view text;
  Span span;
};

struct StringStyle {
  /// `"""`: the indentation and the first and last line break are taken out.
  bool is_multi_line = false;
  /// In a format string `{{` and `}}` stand for `{` and `}`.
  bool is_format = false;
};

/// The texts with their escapes resolved; an escape that does not exist is reported and kept as written.
std::vector<std::string> DecodeTexts(const std::vector<RawText>& texts, StringStyle style, Sink& sink);

}  // namespace plait
