#include "compiler/plan/expr_scanner.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <system_error>

#include <fmt/format.h>

#include "compiler/plan/expr_syntax.h"

namespace plait::plan {
namespace {

void AppendUtf8(uint32_t code_point, std::string& text) {
  auto byte = [&](uint32_t bits) { text += static_cast<char>(bits); };
  if (code_point < 0x80) {
    byte(code_point);
  } else if (code_point < 0x800) {
    byte(0xC0U | code_point >> 6U);
    byte(0x80U | (code_point & 0x3FU));
  } else if (code_point < 0x10000) {
    byte(0xE0U | code_point >> 12U);
    byte(0x80U | (code_point >> 6U & 0x3FU));
    byte(0x80U | (code_point & 0x3FU));
  } else {
    byte(0xF0U | code_point >> 18U);
    byte(0x80U | (code_point >> 12U & 0x3FU));
    byte(0x80U | (code_point >> 6U & 0x3FU));
    byte(0x80U | (code_point & 0x3FU));
  }
}

}  // namespace

Error ExprScanner::Fail(std::string_view message) const {
  return {FailureKind::PlanInvalid, fmt::format("{} at byte {} of the expression", message, position_), "", {}};
}

Error ExprScanner::Expected(std::string_view what) const {
  if (position_ >= text_.size()) {
    return Fail(fmt::format("expected {}, found the end", what));
  }
  // A few whole characters: continuation bytes of UTF-8 begin with the bits 10.
  size_t end = std::min(text_.size(), position_ + 12);
  while (end < text_.size() && (static_cast<unsigned char>(text_[end]) & 0xC0U) == 0x80U) {
    ++end;
  }
  return Fail(fmt::format("expected {}, found `{}`", what, text_.substr(position_, end - position_)));
}

void ExprScanner::SkipSpace() {
  constexpr std::string_view kBlanks = " \n\t\r";
  while (position_ < text_.size() && kBlanks.find(text_[position_]) != std::string_view::npos) {
    ++position_;
  }
}

bool ExprScanner::IsAtEnd() {
  SkipSpace();
  return position_ >= text_.size();
}

char ExprScanner::Peek() { return IsAtEnd() ? '\0' : text_[position_]; }

bool ExprScanner::DigitFollows() {
  SkipSpace();
  return position_ + 1 < text_.size() && text_[position_ + 1] >= '0' && text_[position_ + 1] <= '9';
}

bool ExprScanner::Take(char c) {
  if (IsAtEnd() || text_[position_] != c) {
    return false;
  }
  ++position_;
  return true;
}

bool ExprScanner::TakeToken(std::string_view token) {
  SkipSpace();
  if (!text_.substr(position_).starts_with(token)) {
    return false;
  }
  size_t end = position_ + token.size();
  if (IsNamePart(token.back()) && end < text_.size() && IsNamePart(text_[end])) {
    return false;
  }
  position_ = end;
  return true;
}

bool ExprScanner::Sees(std::string_view text) {
  SkipSpace();
  return text_.substr(position_).starts_with(text);
}

Result<void> ExprScanner::Want(char c) { return Take(c) ? Result<void>() : Expected(fmt::format("`{}`", c)); }

bool ExprScanner::TakeSeparator() {
  size_t before = position_;
  if (!Take(',')) {
    return false;
  }
  if (Peek() == ']' || Peek() == '}') {
    position_ = before;
  }
  return true;
}

Result<std::string> ExprScanner::ReadName() {
  if (Peek() == '"') {
    return ReadString();
  }
  size_t begin = position_;
  while (position_ < text_.size() && IsNamePart(text_[position_])) {
    ++position_;
  }
  if (!IsName(text_.substr(begin, position_ - begin))) {
    position_ = begin;
    return Expected("a field's name");
  }
  return std::string(text_.substr(begin, position_ - begin));
}

Result<std::string> ExprScanner::ReadString() {
  std::string text;
  ++position_;
  while (position_ < text_.size()) {
    char c = text_[position_++];
    if (c == '"') {
      return text;
    }
    if (static_cast<unsigned char>(c) < 0x20) {
      return Fail("a control character in a string");
    }
    if (c != '\\') {
      text += c;
      continue;
    }
    PLAIT_TRY(std::string escaped, ReadEscape());
    text += escaped;
  }
  return Fail("a string is not closed");
}

Result<std::string> ExprScanner::ReadEscape() {
  constexpr std::string_view kNames = "\"\\/bfnrt";
  constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  char c = position_ < text_.size() ? text_[position_++] : '\0';
  if (size_t known = kNames.find(c); c != '\0' && known != std::string_view::npos) {
    return std::string(1, kMeanings[known]);
  }
  std::optional<uint32_t> unit = c == 'u' ? ReadUnit() : std::nullopt;
  if (unit && *unit >= 0xD800 && *unit < 0xDC00 && text_.substr(position_).starts_with("\\u")) {
    position_ += 2;
    std::optional<uint32_t> low = ReadUnit();
    bool is_pair = low && *low >= 0xDC00 && *low < 0xE000;
    unit = is_pair ? std::optional(0x10000U + ((*unit - 0xD800U) << 10U) + (*low - 0xDC00U)) : std::nullopt;
  }
  if (!unit || (*unit >= 0xD800 && *unit < 0xE000)) {
    return Fail("a broken escape in a string");
  }
  std::string text;
  AppendUtf8(*unit, text);
  return text;
}

/// Four hexadecimal digits.
std::optional<uint32_t> ExprScanner::ReadUnit() {
  uint32_t unit = 0;
  std::string_view digits = text_.substr(std::min(position_, text_.size()), 4);
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), unit, 16);
  if (error != std::errc() || digits.size() != 4 || end != digits.data() + 4) {
    return std::nullopt;
  }
  position_ += 4;
  return unit;
}

Result<Value> ExprScanner::ReadNumber() {
  size_t end = position_ + 1;
  bool is_float = false;
  while (end < text_.size()) {
    char c = text_[end];
    bool is_sign = (c == '+' || c == '-') && (text_[end - 1] == 'e' || text_[end - 1] == 'E');
    if (c == '.' || c == 'e' || c == 'E') {
      is_float = true;
    } else if (!is_sign && (c < '0' || c > '9')) {
      break;
    }
    ++end;
  }
  const char* first = text_.data() + position_;
  const char* last = text_.data() + end;
  int64_t integer = 0;
  double number = 0;
  auto [parsed, error] = is_float ? std::from_chars(first, last, number) : std::from_chars(first, last, integer);
  if (error != std::errc() || parsed != last || !std::isfinite(number)) {
    return Fail(fmt::format("the number `{}` is malformed or does not fit into 64 bits", text_.substr(position_, end - position_)));
  }
  position_ = end;
  return is_float ? Value::Float(number) : Value::Int(integer);
}

Result<Type> ExprScanner::ReadType() {
  SkipSpace();
  std::optional<TypePrefix> prefix = ParseTypePrefix(text_.substr(position_));
  if (!prefix) {
    return Expected("a type");
  }
  position_ += prefix->length;
  return std::move(prefix->type);
}

Result<uint32_t> ExprScanner::ReadValueNumber() {
  uint32_t value = 0;
  auto [end, error] = std::from_chars(text_.data() + position_, text_.data() + text_.size(), value);
  if (error != std::errc()) {
    return Expected("the number of a value");
  }
  position_ = static_cast<size_t>(end - text_.data());
  return value;
}

}  // namespace plait::plan
