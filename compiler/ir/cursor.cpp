#include "compiler/ir/cursor.h"

#include <algorithm>
#include <cctype>
#include <charconv>

#include <fmt/format.h>

#include "compiler/base/tensor_values.h"

namespace plait::ir {
namespace {

bool IsLabelByte(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool IsWordByte(char c) { return IsLabelByte(c) || c == '.'; }
bool IsNumberByte(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0 || c == '+' || c == '-' || c == '.' || c == 'e' || c == 'E';
}

/// A code point as UTF-8; it is at most U+10FFFF and no surrogate.
std::string Utf8(uint32_t code_point) {
  auto byte = [](uint32_t bits) { return static_cast<char>(static_cast<unsigned char>(bits)); };
  if (code_point < 0x80) {
    return {byte(code_point)};
  }
  if (code_point < 0x800) {
    return {byte(0xC0U | code_point >> 6U), byte(0x80U | (code_point & 0x3FU))};
  }
  if (code_point < 0x10000) {
    return {byte(0xE0U | code_point >> 12U), byte(0x80U | (code_point >> 6U & 0x3FU)), byte(0x80U | (code_point & 0x3FU))};
  }
  return {byte(0xF0U | code_point >> 18U), byte(0x80U | (code_point >> 12U & 0x3FU)), byte(0x80U | (code_point >> 6U & 0x3FU)),
          byte(0x80U | (code_point & 0x3FU))};
}

}  // namespace

Error Cursor::FailAt(size_t position, std::string message) const {
  std::string_view before = text_.substr(0, position);
  auto line = 1 + std::count(before.begin(), before.end(), '\n');
  size_t line_break = before.rfind('\n');
  size_t column = line_break == std::string_view::npos ? position + 1 : position - line_break;
  return Error{FailureKind::PlanInvalid, std::move(message), fmt::format("graph:{}:{}", line, column), {}};
}

Error Cursor::Expected(std::string_view what) {
  if (AtEnd()) {
    return Fail(fmt::format("expected {}, found the end", what));
  }
  std::string_view word = Word();
  return Fail(fmt::format("expected {}, found {}", what, QuoteJson(word.empty() ? text_.substr(position_, 1) : word)));
}

void Cursor::SkipSpace() {
  while (position_ < text_.size()) {
    std::string_view rest = text_.substr(position_);
    if (rest.starts_with("//") && !rest.starts_with("///")) {
      position_ = std::min(text_.find('\n', position_), text_.size());
    } else if (rest.front() == ' ' || rest.front() == '\n' || rest.front() == '\t' || rest.front() == '\r') {
      ++position_;
    } else {
      return;
    }
  }
}

std::string_view Cursor::Word() const {
  size_t end = position_;
  while (end < text_.size() && IsWordByte(text_[end])) {
    ++end;
  }
  return text_.substr(position_, end - position_);
}

bool Cursor::AtEnd() {
  SkipSpace();
  return position_ == text_.size();
}

bool Cursor::Sees(std::string_view token) {
  SkipSpace();
  return IsLabelByte(token.front()) ? Word() == token : text_.substr(position_).starts_with(token);
}

bool Cursor::Take(std::string_view token) {
  bool sees = Sees(token);
  position_ += sees ? token.size() : 0;
  return sees;
}

Result<void> Cursor::Expect(std::string_view token) {
  if (!Take(token)) {
    return Expected(fmt::format("`{}`", token));
  }
  return {};
}

Result<std::string> Cursor::TakeName() {
  if (Sees("\"")) {
    return TakeString();
  }
  std::string_view word = Word();
  if (word.empty()) {
    return Expected("a name");
  }
  position_ += word.size();
  return std::string(word);
}

Result<int64_t> Cursor::TakeInt() {
  SkipSpace();
  int64_t value = 0;
  const char* begin = text_.data() + position_;
  auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), value);
  if (error != std::errc()) {
    return Expected("an integer of 64 bits");
  }
  position_ += static_cast<size_t>(end - begin);
  return value;
}

Result<Type> Cursor::TakeType() {
  SkipSpace();
  std::optional<TypePrefix> prefix = ParseTypePrefix(text_.substr(position_));
  if (!prefix) {
    return Expected("a type");
  }
  position_ += prefix->length;
  return std::move(prefix->type);
}

Result<std::string> Cursor::TakeLabel() {
  PLAIT_TRY_VOID(Expect("%"));
  size_t begin = position_;
  while (position_ < text_.size() && IsLabelByte(text_[position_])) {
    ++position_;
  }
  if (begin == position_) {
    return Expected("a number after `%`");
  }
  return std::string(text_.substr(begin, position_ - begin));
}

std::optional<std::string> Cursor::TakeDocLine() {
  if (!Take("///")) {
    return std::nullopt;
  }
  size_t begin = position_ + (text_.substr(position_).starts_with(' ') ? 1 : 0);
  size_t end = std::min(text_.find('\n', begin), text_.size());
  position_ = end;
  return std::string(text_.substr(begin, end - begin));
}

Result<std::string> Cursor::TakeString() {
  size_t open = position_++;
  std::string value;
  while (position_ < text_.size() && text_[position_] != '"') {
    char c = text_[position_];
    if (static_cast<unsigned char>(c) < 0x20) {
      return Fail("a string holds a control character");
    }
    if (c == '\\') {
      PLAIT_TRY(std::string escaped, TakeEscape());
      value += escaped;
    } else {
      value += c;
      ++position_;
    }
  }
  if (position_ == text_.size()) {
    return FailAt(open, "a string is not closed");
  }
  ++position_;
  return value;
}

Result<std::string> Cursor::TakeEscape() {
  constexpr std::string_view kLetters = "\"\\/bfnrt";
  constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  size_t start = position_++;
  char letter = position_ < text_.size() ? text_[position_++] : '\0';
  if (size_t found = kLetters.find(letter); found != std::string_view::npos) {
    return std::string(1, kMeanings[found]);
  }
  if (letter != 'u') {
    return FailAt(start, "a string has a broken escape");
  }
  PLAIT_TRY(uint32_t code, TakeHexDigits());
  if (code >= 0xD800 && code < 0xDC00 && text_.substr(position_).starts_with("\\u")) {
    position_ += 2;
    PLAIT_TRY(uint32_t low, TakeHexDigits());
    if (low < 0xDC00 || low > 0xDFFF) {
      return FailAt(start, "a string has a lone surrogate");
    }
    return Utf8(0x10000 + ((code - 0xD800) << 10U) + (low - 0xDC00));
  }
  if (code >= 0xD800 && code < 0xE000) {
    return FailAt(start, "a string has a lone surrogate");
  }
  return Utf8(code);
}

Result<uint32_t> Cursor::TakeHexDigits() {
  std::string_view digits = text_.substr(position_, 4);
  uint32_t value = 0;
  auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  if (digits.size() < 4 || error != std::errc() || end != digits.data() + 4) {
    return Fail("a string has a broken escape");
  }
  position_ += 4;
  return value;
}

Result<Value> Cursor::TakeJson() { return TakeJson(0); }

Result<Value> Cursor::TakeJson(int depth) {
  if (depth > kMaxJsonNesting) {
    return Fail(fmt::format("a constant is nested more than {} levels deep", kMaxJsonNesting));
  }
  if (Sees("\"")) {
    PLAIT_TRY(std::string text, TakeString());
    return Value::String(std::move(text));
  }
  if (Take("[")) {
    return TakeJsonList(depth);
  }
  if (Take("{")) {
    return TakeJsonRecord(depth);
  }
  if (Sees("tensor") || Sees("bytes")) {
    PLAIT_TRY(Type type, TakeType());
    PLAIT_TRY_VOID(Expect("("));
    PLAIT_TRY(Value content, TakeJson(depth + 1));
    PLAIT_TRY_VOID(Expect(")"));
    std::optional<Value> value = FromTagged(type, content);
    return value ? Result<Value>(*std::move(value)) : Fail(fmt::format("what stands in the brackets is no {}", type.ToString()));
  }
  if (Take("null")) {
    return Value();
  }
  if (Take("true")) {
    return Value::Bool(true);
  }
  if (Take("false")) {
    return Value::Bool(false);
  }
  return TakeNumber();
}

Result<Value> Cursor::TakeNumber() {
  size_t length = 0;
  while (position_ + length < text_.size() && IsNumberByte(text_[position_ + length])) {
    ++length;
  }
  std::string_view number = text_.substr(position_, length);
  if (number.find_first_of(".eE") == std::string_view::npos) {
    PLAIT_TRY(int64_t value, TakeInt());
    return Value::Int(value);
  }
  double value = 0;
  auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (error != std::errc() || end != number.data() + number.size()) {
    return Fail("a number is malformed or too large");
  }
  position_ += length;
  return Value::Float(value);
}

Result<Value> Cursor::TakeJsonList(int depth) {
  ValueList items;
  while (!Take("]")) {
    if (!items.empty()) {
      PLAIT_TRY_VOID(Expect(","));
    }
    PLAIT_TRY(Value item, TakeJson(depth + 1));
    items.push_back(std::move(item));
  }
  return Value::List(std::move(items));
}

Result<Value> Cursor::TakeJsonRecord(int depth) {
  ValueFields fields;
  while (!Take("}")) {
    if (!fields.empty()) {
      PLAIT_TRY_VOID(Expect(","));
    }
    if (!Sees("\"")) {
      return Expected("a key in quotes");
    }
    PLAIT_TRY(std::string key, TakeString());
    if (std::any_of(fields.begin(), fields.end(), [&](const auto& field) { return field.first == key; })) {
      return Fail(fmt::format("the key {} stands twice in one object", QuoteJson(key)));
    }
    PLAIT_TRY_VOID(Expect(":"));
    PLAIT_TRY(Value value, TakeJson(depth + 1));
    fields.emplace_back(std::move(key), std::move(value));
  }
  return Value::Record(std::move(fields));
}

}  // namespace plait::ir
