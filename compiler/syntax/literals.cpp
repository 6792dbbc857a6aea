// The values of literal tokens: numbers, units, strings.
#include "compiler/syntax/literals.h"

#include <algorithm>
#include <charconv>
#include <limits>

#include <llvm/ADT/StringRef.h>
#include <llvm/Support/ConvertUTF.h>

#include "compiler/syntax/characters.h"

namespace plait {

namespace {

constexpr int64_t kKibi = 1024;
constexpr UnitInfo kUnits[] = {
    {"B", ast::UnitKind::Bytes, 1},
    {"KiB", ast::UnitKind::Bytes, kKibi},
    {"MiB", ast::UnitKind::Bytes, kKibi* kKibi},
    {"GiB", ast::UnitKind::Bytes, kKibi* kKibi* kKibi},
    {"TiB", ast::UnitKind::Bytes, kKibi* kKibi* kKibi* kKibi},
    {"ms", ast::UnitKind::Duration, 1},
    {"s", ast::UnitKind::Duration, 1000},
    {"min", ast::UnitKind::Duration, 60 * 1000},
    {"h", ast::UnitKind::Duration, 60 * 60 * 1000},
};

/// Spellings of other tools. `M` is a size and `m` a time, as in Kubernetes and in systemd.
constexpr std::pair<std::string_view, std::string_view> kForeignUnits[] = {
    {"b", "B"},         {"byte", "B"}, {"bytes", "B"}, {"K", "KiB"},     {"k", "KiB"},   {"Ki", "KiB"},   {"KB", "KiB"},
    {"kB", "KiB"},      {"kb", "KiB"}, {"kib", "KiB"}, {"M", "MiB"},     {"Mi", "MiB"},  {"MB", "MiB"},   {"mb", "MiB"},
    {"mib", "MiB"},     {"G", "GiB"},  {"g", "GiB"},   {"Gi", "GiB"},    {"GB", "GiB"},  {"gb", "GiB"},   {"gib", "GiB"},
    {"T", "TiB"},       {"Ti", "TiB"}, {"TB", "TiB"},  {"tb", "TiB"},    {"sec", "s"},   {"secs", "s"},   {"second", "s"},
    {"seconds", "s"},   {"S", "s"},    {"msec", "ms"}, {"millis", "ms"}, {"m", "min"},   {"mins", "min"}, {"minute", "min"},
    {"minutes", "min"}, {"hr", "h"},   {"hrs", "h"},   {"hour", "h"},    {"hours", "h"}, {"H", "h"},
};

std::string WithoutUnderscores(std::string_view text) {
  std::string digits(text);
  digits.erase(std::remove(digits.begin(), digits.end(), '_'), digits.end());
  return digits;
}

template <class T>
std::optional<T> Decode(std::string_view text) {
  std::string digits = WithoutUnderscores(text);
  T value = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size()) {
    return std::nullopt;
  }
  return value;
}

bool IsBlank(char c) { return c == ' ' || c == '\t'; }

/// The number of blanks that every line but the first begins with, blank lines aside; the closing quotes make a line of their own.
size_t CommonIndentation(const std::vector<RawText>& texts) {
  size_t common = std::numeric_limits<size_t>::max();
  for (size_t index = 0; index < texts.size(); ++index) {
    std::string_view text = texts[index].text;
    for (size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) {
      size_t end = std::min(text.find_first_not_of(" \t", at + 1), text.size());
      bool is_blank = end < text.size() && (text[end] == '\n' || text[end] == '\r');
      if (!is_blank) {
        common = std::min(common, end - at - 1);
      }
    }
  }
  return common;
}

/// Turns one raw text into what it stands for.
class TextDecoder {
 public:
  TextDecoder(RawText raw, StringStyle style, size_t indentation, Sink& sink)
      : text_(raw.text), span_(raw.span), style_(style), indentation_(indentation), sink_(sink) {}

  /// Takes out the line break after the opening quotes.
  void DropFirstLineBreak() {
    size_t line_break = text_.starts_with("\r\n") ? 1 : 0;
    if (line_break < text_.size() && text_[line_break] == '\n') {
      at_ = line_break + 1;
      SkipIndentation();
    }
  }

  /// Takes out the line break before the closing quotes where only blanks stand between them.
  void DropLastLineBreak() {
    size_t line_break = text_.find_last_not_of(" \t");
    if (line_break == std::string_view::npos || text_[line_break] != '\n') {
      return;
    }
    bool has_return = line_break > 0 && text_[line_break - 1] == '\r';
    text_ = text_.substr(0, has_return ? line_break - 1 : line_break);
  }

  std::string Run() {
    while (at_ < text_.size()) {
      char c = text_[at_];
      if (c == '\\') {
        DecodeEscape();
        continue;
      }
      ++at_;
      bool is_line_break = c == '\r' && at_ < text_.size() && text_[at_] == '\n';
      if (style_.is_multi_line && is_line_break) {
        continue;
      }
      value_ += c;
      if (style_.is_multi_line && c == '\n') {
        SkipIndentation();
      }
      if (style_.is_format && (c == '{' || c == '}') && at_ < text_.size() && text_[at_] == c) {
        ++at_;
      }
    }
    return std::move(value_);
  }

 private:
  void SkipIndentation() {
    for (size_t i = 0; i < indentation_ && at_ < text_.size() && IsBlank(text_[at_]); ++i) {
      ++at_;
    }
  }

  void DecodeEscape() {
    char c = at_ + 1 < text_.size() ? text_[at_ + 1] : '\0';
    switch (c) {
      case 'n':
        return Append("\n", 2);
      case 't':
        return Append("\t", 2);
      case '"':
        return Append("\"", 2);
      case '\\':
        return Append("\\", 2);
      case 'u':
        return DecodeUnicode();
      default:
        size_t length = c == '\0' || c == '\n' || (static_cast<unsigned char>(c) & 0x80) != 0 ? 1 : 2;
        ReportEscape(length);
        return Append(text_.substr(at_, length), length);
    }
  }

  void DecodeUnicode() {
    size_t close = text_.substr(at_).substr(0, 10).find('}');
    unsigned code = 0;
    bool is_braced = at_ + 2 < text_.size() && text_[at_ + 2] == '{' && close != std::string_view::npos;
    std::string_view digits = is_braced ? text_.substr(at_ + 3, close - 3) : "";
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), code, 16);
    char bytes[UNI_MAX_UTF8_BYTES_PER_CODE_POINT];
    char* last = bytes;
    bool is_number = !digits.empty() && error == std::errc() && end == digits.data() + digits.size();
    if (!is_number || !llvm::ConvertCodePointToUTF8(code, last)) {
      size_t length = is_braced ? close + 1 : 2;
      ReportEscape(length);
      return Append(text_.substr(at_, length), length);
    }
    Append(std::string_view(bytes, static_cast<size_t>(last - bytes)), close + 1);
  }

  void Append(std::string_view text, size_t length) {
    value_ += text;
    at_ += length;
  }

  void ReportEscape(size_t length) {
    auto begin = static_cast<uint32_t>(span_.begin + at_);
    Span span = {span_.file, begin, begin + static_cast<uint32_t>(length)};
    sink_.Report(MakeDiagnostic(DiagnosticKind::SyntaxError, span, "`{}` is not an escape", text_.substr(at_, length))
                     .Note("the escapes are \\n \\t \\\" \\\\ and \\u{…} with a Unicode code point in hexadecimal")
                     .Fix("write `\\\\` for a backslash"));
  }

  std::string_view text_;
  Span span_;
  StringStyle style_;
  size_t indentation_;
  Sink& sink_;
  size_t at_ = 0;
  std::string value_;
};

}  // namespace

std::optional<UnitInfo> FindUnit(std::string_view spelling) {
  for (const UnitInfo& unit : kUnits) {
    if (unit.spelling == spelling) {
      return unit;
    }
  }
  return std::nullopt;
}

std::optional<UnitInfo> GuessUnit(std::string_view spelling) {
  for (const auto& [foreign, meant] : kForeignUnits) {
    if (foreign == spelling) {
      return FindUnit(meant);
    }
  }
  for (const UnitInfo& unit : kUnits) {
    if (llvm::StringRef(unit.spelling).equals_insensitive(llvm::StringRef(spelling.data(), spelling.size()))) {
      return unit;
    }
  }
  return std::nullopt;
}

std::optional<int64_t> DecodeInt(std::string_view text) { return Decode<int64_t>(text); }

std::optional<double> DecodeFloat(std::string_view text) { return Decode<double>(text); }

ScannedNumber ScanNumber(std::string_view text) {
  auto at = [text](size_t i) { return i < text.size() ? text[i] : '\0'; };
  auto skip_digits = [at](size_t from) {
    while (IsDigit(at(from)) || (at(from) == '_' && IsDigit(at(from + 1)))) {
      ++from;
    }
    return from;
  };
  ScannedNumber number;
  number.length = skip_digits(0);
  if (at(number.length) == '.' && IsDigit(at(number.length + 1))) {
    number = {skip_digits(number.length + 1), true};
  }
  if (at(number.length) == 'e' || at(number.length) == 'E') {
    char sign = at(number.length + 1);
    size_t digits = number.length + (sign == '+' || sign == '-' ? 2 : 1);
    if (IsDigit(at(digits))) {
      number = {skip_digits(digits), true};
    }
  }
  return number;
}

std::vector<std::string> DecodeTexts(const std::vector<RawText>& texts, StringStyle style, Sink& sink) {
  size_t indentation = style.is_multi_line ? CommonIndentation(texts) : 0;
  std::vector<std::string> values;
  for (size_t i = 0; i < texts.size(); ++i) {
    TextDecoder decoder(texts[i], style, indentation, sink);
    if (style.is_multi_line && i + 1 == texts.size()) {
      decoder.DropLastLineBreak();
    }
    if (style.is_multi_line && i == 0) {
      decoder.DropFirstLineBreak();
    }
    values.push_back(decoder.Run());
  }
  return values;
}

}  // namespace plait
