// Reads expressions from the text that ToString writes: recursive descent, one function a level of the grammar.
#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <system_error>

#include <fmt/format.h>

#include "compiler/plan/expr_syntax.h"
#include "compiler/plan/plan.h"

namespace plait::plan {
namespace {

constexpr std::array kInfix = {Operation::Add,          Operation::Subtract, Operation::Multiply, Operation::Divide,
                               Operation::Remainder,    Operation::Equal,    Operation::NotEqual, Operation::LessEqual,
                               Operation::GreaterEqual, Operation::Less,     Operation::Greater,  Operation::In};
constexpr std::array kFunctions = {Operation::Length, Operation::ToFloat, Operation::Display, Operation::Flatten};

Expr Constant(Value value) {
  Expr expr;
  expr.constant = std::move(value);
  return expr;
}

Expr Applied(Operation operation, std::vector<Expr> operands) {
  Expr expr;
  expr.kind = Expr::Kind::Apply;
  expr.operation = operation;
  expr.operands = std::move(operands);
  return expr;
}

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

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  Result<Expr> ReadAll() {
    PLAIT_TRY(Expr expr, ReadExpression());
    SkipSpace();
    if (position_ != text_.size()) {
      return Expected("the end or one operator; nested operators need brackets");
    }
    return expr;
  }

 private:
  [[nodiscard]] Error Fail(std::string_view message) const {
    return {FailureKind::PlanInvalid, fmt::format("{} at byte {} of the expression", message, position_), "", {}};
  }

  [[nodiscard]] Error Expected(std::string_view what) const {
    std::string found = "the end";
    if (position_ < text_.size()) {
      // A few whole characters: continuation bytes of UTF-8 begin with the bits 10.
      size_t end = std::min(text_.size(), position_ + 12);
      while (end < text_.size() && (static_cast<unsigned char>(text_[end]) & 0xC0U) == 0x80U) {
        ++end;
      }
      found = fmt::format("`{}`", text_.substr(position_, end - position_));
    }
    return Fail(fmt::format("expected {}, found {}", what, found));
  }

  void SkipSpace() {
    while (position_ < text_.size() &&
           (text_[position_] == ' ' || text_[position_] == '\n' || text_[position_] == '\t' || text_[position_] == '\r')) {
      ++position_;
    }
  }

  [[nodiscard]] char Peek() {
    SkipSpace();
    return position_ < text_.size() ? text_[position_] : '\0';
  }

  bool Take(char c) {
    if (position_ >= text_.size() || Peek() != c || position_ >= text_.size()) {
      return false;
    }
    ++position_;
    return true;
  }

  /// A word or sign, and not the beginning of a longer word.
  bool TakeToken(std::string_view token) {
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

  /// Notes that what is read now holds an expression of `height` levels. Brackets that close do not make an expression shallower,
  /// so the levels of what is built are bounded apart from those of the reading.
  Result<void> Wrap(int height) {
    height_ = height + 1;
    return height_ <= kMaxDepth ? Result<void>() : TooDeep();
  }

  [[nodiscard]] Error TooDeep() const { return Fail(fmt::format("the expression nests more than {} levels deep", kMaxDepth)); }

  Result<void> Want(char c) { return Take(c) ? Result<void>() : Expected(fmt::format("`{}`", c)); }

  // expression = "if" expression "{" expression "}" "else" "{" expression "}" | unary [infix unary]
  Result<Expr> ReadExpression() {
    if (++depth_ > kMaxDepth) {
      return TooDeep();
    }
    Result<Expr> expr = TakeToken("if") ? ReadIf() : ReadInfix();
    --depth_;
    return expr;
  }

  Result<Expr> ReadIf() {
    Expr expr;
    expr.kind = Expr::Kind::If;
    PLAIT_TRY(Expr condition, ReadExpression());
    int height = height_;
    PLAIT_TRY(Expr then, ReadBlock());
    height = std::max(height, height_);
    if (!TakeToken("else")) {
      return Expected("`else`");
    }
    PLAIT_TRY(Expr otherwise, ReadBlock());
    PLAIT_TRY_VOID(Wrap(std::max(height, height_)));
    expr.operands = {std::move(condition), std::move(then), std::move(otherwise)};
    return expr;
  }

  Result<Expr> ReadBlock() {
    PLAIT_TRY_VOID(Want('{'));
    PLAIT_TRY(Expr expr, ReadExpression());
    PLAIT_TRY_VOID(Want('}'));
    return expr;
  }

  Result<Expr> ReadInfix() {
    PLAIT_TRY(Expr left, ReadUnary());
    for (Operation operation : kInfix) {
      if (TakeToken(OperationSpelling(operation))) {
        int height = height_;
        PLAIT_TRY(Expr right, ReadUnary());
        PLAIT_TRY_VOID(Wrap(std::max(height, height_)));
        std::vector<Expr> operands;
        operands.push_back(std::move(left));
        operands.push_back(std::move(right));
        return Applied(operation, std::move(operands));
      }
    }
    return left;
  }

  // unary = ("-" | "not") postfix | postfix
  Result<Expr> ReadUnary() {
    SkipSpace();
    bool is_number = position_ + 1 < text_.size() && text_[position_ + 1] >= '0' && text_[position_ + 1] <= '9';
    Operation operation = Operation::Negate;
    if (!is_number && Take('-')) {
      operation = Operation::Negate;
    } else if (TakeToken("not")) {
      operation = Operation::Not;
    } else {
      return ReadPostfix();
    }
    PLAIT_TRY(Expr operand, ReadPostfix());
    return WrapIn(operation, std::move(operand));
  }

  Result<Expr> WrapIn(Operation operation, Expr operand) {
    PLAIT_TRY_VOID(Wrap(height_));
    std::vector<Expr> operands;
    operands.push_back(std::move(operand));
    return Applied(operation, std::move(operands));
  }

  // postfix = primary { "." name | "[" expression "]" }
  Result<Expr> ReadPostfix() {
    PLAIT_TRY(Expr expr, ReadPrimary());
    while (Peek() == '.' || Peek() == '[') {
      PLAIT_TRY(expr, ReadSelector(std::move(expr)));
    }
    return expr;
  }

  Result<Expr> ReadSelector(Expr base) {
    if (Take('.')) {
      Expr field;
      field.kind = Expr::Kind::Field;
      PLAIT_TRY(std::string name, ReadName());
      PLAIT_TRY_VOID(Wrap(height_));
      field.names.push_back(std::move(name));
      field.operands.push_back(std::move(base));
      return field;
    }
    PLAIT_TRY_VOID(Want('['));
    int height = height_;
    PLAIT_TRY(Expr index, ReadExpression());
    PLAIT_TRY_VOID(Want(']'));
    PLAIT_TRY_VOID(Wrap(std::max(height, height_)));
    std::vector<Expr> operands;
    operands.push_back(std::move(base));
    operands.push_back(std::move(index));
    return Applied(Operation::Index, std::move(operands));
  }

  // primary = "%" digits | JSON scalar | list | record | function "(" expression ")" | "(" expression ")"
  Result<Expr> ReadPrimary() {
    char c = Peek();
    height_ = 1;
    if (c == '%') {
      return ReadValue();
    }
    if (c == '"') {
      PLAIT_TRY(std::string text, ReadString());
      return Constant(Value::String(std::move(text)));
    }
    if (c == '[') {
      return ReadList();
    }
    if (c == '{') {
      return ReadRecord();
    }
    if (c == '-' || (c >= '0' && c <= '9')) {
      return ReadNumber();
    }
    if (Take('(')) {
      PLAIT_TRY(Expr expr, ReadExpression());
      PLAIT_TRY_VOID(Want(')'));
      return expr;
    }
    return ReadWord();
  }

  Result<Expr> ReadWord() {
    if (TakeToken("null")) {
      return Constant(Value());
    }
    if (TakeToken("true")) {
      return Constant(Value::Bool(true));
    }
    if (TakeToken("false")) {
      return Constant(Value::Bool(false));
    }
    for (Operation operation : kFunctions) {
      if (TakeToken(OperationSpelling(operation))) {
        PLAIT_TRY_VOID(Want('('));
        PLAIT_TRY(Expr operand, ReadExpression());
        PLAIT_TRY_VOID(Want(')'));
        return WrapIn(operation, std::move(operand));
      }
    }
    return Expected("an expression");
  }

  Result<Expr> ReadValue() {
    ++position_;
    Expr expr;
    expr.kind = Expr::Kind::Value;
    auto [end, error] = std::from_chars(text_.data() + position_, text_.data() + text_.size(), expr.value);
    if (error != std::errc()) {
      return Expected("the number of a value");
    }
    position_ = static_cast<size_t>(end - text_.data());
    return expr;
  }

  Result<Expr> ReadNumber() {
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
    return Constant(is_float ? Value::Float(number) : Value::Int(integer));
  }

  // list = "[" [expression {"," expression}] [","] "]"
  Result<Expr> ReadList() {
    Expr list;
    list.kind = Expr::Kind::List;
    bool is_constant = true;
    int height = 0;
    PLAIT_TRY_VOID(Want('['));
    while (!Take(']')) {
      if (Take(',')) {
        is_constant = false;
        PLAIT_TRY_VOID(Want(']'));
        break;
      }
      PLAIT_TRY(Expr item, ReadExpression());
      is_constant = is_constant && item.kind == Expr::Kind::Constant;
      height = std::max(height, height_);
      list.operands.push_back(std::move(item));
      if (Peek() != ']' && !TakeSeparator()) {
        return Expected("`,` or `]`");
      }
    }
    PLAIT_TRY_VOID(Wrap(height));
    if (!is_constant) {
      return list;
    }
    ValueList items;
    for (Expr& item : list.operands) {
      items.push_back(std::move(item.constant));
    }
    return Constant(Value::List(std::move(items)));
  }

  /// A comma, left in place where it is the last one before the closing bracket.
  bool TakeSeparator() {
    size_t before = position_;
    if (!Take(',')) {
      return false;
    }
    if (Peek() == ']' || Peek() == '}') {
      position_ = before;
    }
    return true;
  }

  // record = "{" [field {"," field}] [","] "}";  field = (name | string) ":" expression
  Result<Expr> ReadRecord() {
    Expr record;
    record.kind = Expr::Kind::Record;
    bool is_constant = true;
    int height = 0;
    PLAIT_TRY_VOID(Want('{'));
    while (!Take('}')) {
      if (Take(',')) {
        is_constant = false;
        PLAIT_TRY_VOID(Want('}'));
        break;
      }
      is_constant = is_constant && Peek() == '"';
      PLAIT_TRY(std::string name, ReadName());
      if (std::find(record.names.begin(), record.names.end(), name) != record.names.end()) {
        return Fail(fmt::format("the field `{}` stands twice", name));
      }
      PLAIT_TRY_VOID(Want(':'));
      PLAIT_TRY(Expr field, ReadExpression());
      height = std::max(height, height_);
      record.names.push_back(std::move(name));
      record.operands.push_back(std::move(field));
      if (Peek() != '}' && !TakeSeparator()) {
        return Expected("`,` or `}`");
      }
    }
    PLAIT_TRY_VOID(Wrap(height));
    return is_constant ? ConstantRecord(std::move(record)) : Result<Expr>(std::move(record));
  }

  Result<Expr> ConstantRecord(Expr record) {
    ValueFields fields;
    for (size_t i = 0; i < record.names.size(); ++i) {
      if (record.operands[i].kind != Expr::Kind::Constant) {
        return Fail("a record whose names are all quoted holds constants only; something else stands");
      }
      fields.emplace_back(std::move(record.names[i]), std::move(record.operands[i].constant));
    }
    return Constant(Value::Record(std::move(fields)));
  }

  Result<std::string> ReadName() {
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

  Result<std::string> ReadString() {
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

  Result<std::string> ReadEscape() {
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
  std::optional<uint32_t> ReadUnit() {
    uint32_t unit = 0;
    std::string_view digits = text_.substr(std::min(position_, text_.size()), 4);
    auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), unit, 16);
    if (error != std::errc() || digits.size() != 4 || end != digits.data() + 4) {
      return std::nullopt;
    }
    position_ += 4;
    return unit;
  }

  std::string_view text_;
  size_t position_ = 0;
  /// Levels open now.
  int depth_ = 0;
  /// Levels of the expression that was read last.
  int height_ = 0;
};

}  // namespace

Result<Expr> ParseExpr(std::string_view text) { return Reader(text).ReadAll(); }

}  // namespace plait::plan
