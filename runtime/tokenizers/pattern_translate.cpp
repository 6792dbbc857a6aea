// Oniguruma's syntax in PCRE2's: what both understand alike passes, what differs is rewritten or refused.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "runtime/tokenizers/pattern.h"
#include "runtime/tokenizers/unicode_tables.h"

namespace plait::tokenizers {
namespace {

std::string ClassItems(std::span<const CodePointRange> ranges) {
  std::string items;
  for (const CodePointRange& range : ranges) {
    items += fmt::format("\\x{{{:x}}}-\\x{{{:x}}}", range.first, range.last);
  }
  return items;
}

/// Oniguruma's \w takes in the superscripts and fractions of Latin-1 where it stands alone, and not inside a character class.
std::string WordItems(bool in_class) {
  return "\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}" + ClassItems(RegexWordTable()) + (in_class ? "" : "\\xb2\\xb3\\xb9\\xbc-\\xbe");
}

bool IsHexDigit(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }
bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsLetterOrDigit(char c) { return IsDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

class Translator {
 public:
  explicit Translator(std::string_view pattern) : pattern_(pattern) {}

  Result<std::string> Run() {
    while (!AtEnd()) {
      PLAIT_TRY_VOID(Next());
    }
    if (in_class_) {
      return Refuse("a character class that is not closed");
    }
    return std::move(out_);
  }

 private:
  [[nodiscard]] bool AtEnd() const { return position_ >= pattern_.size(); }
  [[nodiscard]] std::string_view Rest() const { return pattern_.substr(position_); }
  [[nodiscard]] char Take() { return pattern_[position_++]; }

  static Error Refuse(std::string_view what) {
    return {FailureKind::TokenizerUnsupported, fmt::format("the pattern has {}, which is not supported", what), {}, {}};
  }

  Result<void> Next() {
    char c = Take();
    if (c == '\\') {
      return Escape();
    }
    if (in_class_) {
      return InClass(c);
    }
    switch (c) {
      case '[':
        return OpenClass();
      case '(':
        return Group();
      case '{':
        return Interval();
      default:
        out_ += c;
        return {};
    }
  }

  Result<void> OpenClass() {
    in_class_ = true;
    out_ += '[';
    if (Rest().starts_with('^')) {
      out_ += Take();
    }
    if (Rest().starts_with(']')) {
      return Refuse("a character class that begins with `]`");
    }
    return {};
  }

  Result<void> InClass(char c) {
    if (c == '[') {
      return Refuse("a class inside a character class");
    }
    if (c == '&' && Rest().starts_with('&')) {
      return Refuse("an intersection of character classes");
    }
    in_class_ = c != ']';
    out_ += c;
    return {};
  }

  Result<void> Group() {
    static constexpr std::array<std::string_view, 9> kAlike = {"?:", "?=", "?!", "?<=", "?<!", "?>", "?i:", "?i)", "?-i:"};
    out_ += '(';
    if (!Rest().starts_with('?') && !Rest().starts_with('*')) {
      return {};
    }
    const auto* alike = std::find_if(kAlike.begin(), kAlike.end(), [this](std::string_view start) { return Rest().starts_with(start); });
    if (alike == kAlike.end()) {
      return Refuse(fmt::format("a group that begins with `({}`", Rest().substr(0, 2)));
    }
    out_ += *alike;
    position_ += alike->size();
    return {};
  }

  /// interval = "{" digits [ "," [ digits ] ] "}" ; any other brace is refused, for the two read it differently
  Result<void> Interval() {
    size_t end = pattern_.find('}', position_);
    std::string_view body = end == std::string_view::npos ? std::string_view() : pattern_.substr(position_, end - position_);
    bool is_plain = !body.empty() && IsDigit(body.front()) && std::count(body.begin(), body.end(), ',') <= 1 &&
                    std::all_of(body.begin(), body.end(), [](char c) { return IsDigit(c) || c == ','; });
    if (!is_plain) {
      return Refuse("a `{` that begins no repetition");
    }
    position_ = end + 1;
    if (Rest().starts_with('+')) {
      return Refuse("a `+` behind a repetition");
    }
    out_ += fmt::format("{{{}}}", body);
    return {};
  }

  Result<void> Escape() {
    if (AtEnd()) {
      return Refuse("a lone `\\` at its end");
    }
    char c = Take();
    switch (c) {
      case 'p':
      case 'P':
        return Property(c == 'P');
      case 's':
      case 'S':
        // PCRE2's own \s holds U+180E as well.
        out_ += c == 's' ? "\\p{White_Space}" : "\\P{White_Space}";
        return {};
      case 'd':
      case 'D':
        return Class("\\p{Nd}" + ClassItems(*RegexCategoryTable("Nd")), "\\P{Nd}", c == 'D');
      case 'w':
      case 'W':
        return Class(WordItems(in_class_), "", c == 'W');
      case 'v':
        out_ += "\\x0b";
        return {};
      case 'x':
        return Hexadecimal();
      default:
        return SimpleEscape(c);
    }
  }

  Result<void> SimpleEscape(char c) {
    static constexpr std::string_view kSame = "rntfae";
    static constexpr std::string_view kSameOutside = "Az";
    bool is_same = kSame.find(c) != std::string_view::npos || (!in_class_ && kSameOutside.find(c) != std::string_view::npos);
    if (IsLetterOrDigit(c) && !is_same) {
      return Refuse(fmt::format("`\\{}`", c));
    }
    out_ += '\\';
    out_ += c;
    return {};
  }

  /// `\xHH` or `\x{H…}`.
  Result<void> Hexadecimal() {
    bool is_braced = Rest().starts_with('{');
    size_t begin = position_ + (is_braced ? 1 : 0);
    size_t end = begin;
    while (end < pattern_.size() && IsHexDigit(pattern_[end]) && (is_braced || end < begin + 2)) {
      ++end;
    }
    if (end == begin || (is_braced && (end == pattern_.size() || pattern_[end] != '}'))) {
      return Refuse("a broken `\\x`");
    }
    out_ += fmt::format("\\x{{{}}}", pattern_.substr(begin, end - begin));
    position_ = end + (is_braced ? 1 : 0);
    return {};
  }

  Result<void> Property(bool is_negated) {
    size_t end = pattern_.find('}', position_);
    if (!Rest().starts_with('{') || end == std::string_view::npos) {
      return Refuse("a `\\p` without braces");
    }
    std::string_view name = pattern_.substr(position_ + 1, end - position_ - 1);
    position_ = end + 1;
    if (name.starts_with('^')) {
      is_negated = !is_negated;
      name.remove_prefix(1);
    }
    std::optional<std::span<const CodePointRange>> new_members = RegexCategoryTable(name);
    if (!new_members) {
      return Refuse(fmt::format("the property `{}`", name));
    }
    return Class(fmt::format("\\p{{{}}}{}", name, ClassItems(*new_members)), fmt::format("\\P{{{}}}", name), is_negated);
  }

  /// A class as one of its own, or as items of the one that is open. `complement` is its negation as an item, empty where there is
  /// none; it may hold code points that are newer than PCRE2, for a class cannot be taken away from another one.
  Result<void> Class(std::string_view items, std::string_view complement, bool is_negated) {
    if (!in_class_) {
      out_ += fmt::format("[{}{}]", is_negated ? "^" : "", items);
      return {};
    }
    if (is_negated && complement.empty()) {
      return Refuse("a `\\W` in a character class");
    }
    out_ += is_negated ? complement : items;
    return {};
  }

  std::string_view pattern_;
  std::string out_;
  size_t position_ = 0;
  bool in_class_ = false;
};

}  // namespace

Result<std::string> TranslateToPcre2(std::string_view oniguruma) { return Translator(oniguruma).Run(); }

}  // namespace plait::tokenizers
