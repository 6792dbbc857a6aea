// Reads expressions from the text that ToString writes: recursive descent, one function a level of the grammar.
#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "compiler/base/tensor_values.h"
#include "compiler/plan/expr_scanner.h"
#include "compiler/plan/expr_syntax.h"
#include "compiler/plan/plan.h"

namespace plait::plan {
namespace {

constexpr std::array kInfix = {Operation::Add,          Operation::Subtract, Operation::Multiply, Operation::Divide,
                               Operation::Remainder,    Operation::Equal,    Operation::NotEqual, Operation::LessEqual,
                               Operation::GreaterEqual, Operation::Less,     Operation::Greater,  Operation::In};

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

class Reader {
 public:
  explicit Reader(std::string_view text) : scanner_(text) {}

  Result<Expr> ReadAll() {
    PLAIT_TRY(Expr expr, ReadExpression());
    if (!scanner_.IsAtEnd()) {
      return Expected("the end or one operator; nested operators need brackets");
    }
    return expr;
  }

 private:
  [[nodiscard]] Error Fail(std::string_view message) const { return scanner_.Fail(message); }
  [[nodiscard]] Error Expected(std::string_view what) const { return scanner_.Expected(what); }
  bool Take(char c) { return scanner_.Take(c); }
  Result<void> Want(char c) { return scanner_.Want(c); }

  /// Notes that what is read now holds an expression of `height` levels. Brackets that close do not make an expression shallower,
  /// so the levels of what is built are bounded apart from those of the reading.
  Result<void> Wrap(int height) {
    height_ = height + 1;
    return height_ <= kMaxDepth ? Result<void>() : TooDeep();
  }

  [[nodiscard]] Error TooDeep() const { return Fail(fmt::format("the expression nests more than {} levels deep", kMaxDepth)); }

  // expression = "if" expression "{" expression "}" "else" "{" expression "}" | unary [infix unary]
  Result<Expr> ReadExpression() {
    if (++depth_ > kMaxDepth) {
      return TooDeep();
    }
    Result<Expr> expr = scanner_.TakeToken("if") ? ReadIf() : ReadInfix();
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
    if (!scanner_.TakeToken("else")) {
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
      if (scanner_.TakeToken(OperationSpelling(operation))) {
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
    Operation operation = Operation::Negate;
    if (!scanner_.DigitFollows() && Take('-')) {
      operation = Operation::Negate;
    } else if (scanner_.TakeToken("not")) {
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
    while (scanner_.Peek() == '.' || scanner_.Peek() == '[') {
      PLAIT_TRY(expr, ReadSelector(std::move(expr)));
    }
    return expr;
  }

  Result<Expr> ReadSelector(Expr base) {
    if (Take('.')) {
      Expr field;
      field.kind = Expr::Kind::Field;
      PLAIT_TRY(std::string name, scanner_.ReadName());
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

  // primary = "%" digits | JSON scalar | list | record | function "(" expression { "," expression } ")"
  //         | ("cast" | "is") "<" type ">" "(" expression ")" | "(" expression ")"
  Result<Expr> ReadPrimary() {
    char c = scanner_.Peek();
    height_ = 1;
    if (c == '%') {
      return ReadValue();
    }
    if (c == '"') {
      PLAIT_TRY(std::string text, scanner_.ReadString());
      return Constant(Value::String(std::move(text)));
    }
    if (c == '[') {
      return ReadList();
    }
    if (c == '{') {
      return ReadRecord();
    }
    if (c == '-' || (c >= '0' && c <= '9')) {
      PLAIT_TRY(Value number, scanner_.ReadNumber());
      return Constant(std::move(number));
    }
    if (Take('(')) {
      PLAIT_TRY(Expr expr, ReadExpression());
      PLAIT_TRY_VOID(Want(')'));
      return expr;
    }
    return ReadWord();
  }

  Result<Expr> ReadWord() {
    if (scanner_.Sees("tensor<") || scanner_.Sees("bytes(")) {
      return ReadTagged();
    }
    if (scanner_.TakeToken("null")) {
      return Constant(Value());
    }
    if (scanner_.TakeToken("true")) {
      return Constant(Value::Bool(true));
    }
    if (scanner_.TakeToken("false")) {
      return Constant(Value::Bool(false));
    }
    for (Operation operation : AllOperations()) {
      if (FormOf(operation) == OperationForm::Function && scanner_.TakeToken(OperationSpelling(operation))) {
        return ReadCall(operation);
      }
    }
    for (Expr::Kind kind : {Expr::Kind::Cast, Expr::Kind::Is}) {
      if (scanner_.TakeToken(kind == Expr::Kind::Cast ? kCast : kIs)) {
        return ReadTyped(kind);
      }
    }
    return Expected("an expression");
  }

  // type "(" JSON ")": bytes or a tensor
  Result<Expr> ReadTagged() {
    PLAIT_TRY(Type type, scanner_.ReadType());
    PLAIT_TRY_VOID(Want('('));
    PLAIT_TRY(Expr content, ReadExpression());
    PLAIT_TRY_VOID(Want(')'));
    std::optional<Value> value = content.kind == Expr::Kind::Constant ? FromTagged(type, content.constant) : std::nullopt;
    return value ? Result<Expr>(Constant(*std::move(value))) : Fail(fmt::format("what stands in the brackets is no {}", type.ToString()));
  }

  Result<Expr> ReadCall(Operation operation) {
    std::vector<Expr> operands;
    int height = 0;
    for (int i = 0; i < OperandCount(operation); ++i) {
      PLAIT_TRY_VOID(Want(i == 0 ? '(' : ','));
      PLAIT_TRY(Expr operand, ReadExpression());
      height = std::max(height, height_);
      operands.push_back(std::move(operand));
    }
    PLAIT_TRY_VOID(Want(')'));
    PLAIT_TRY_VOID(Wrap(height));
    return Applied(operation, std::move(operands));
  }

  // "<" type ">" "(" expression ")"
  Result<Expr> ReadTyped(Expr::Kind kind) {
    Expr typed;
    typed.kind = kind;
    PLAIT_TRY_VOID(Want('<'));
    PLAIT_TRY(typed.type, scanner_.ReadType());
    PLAIT_TRY_VOID(Want('>'));
    PLAIT_TRY_VOID(Want('('));
    PLAIT_TRY(Expr operand, ReadExpression());
    PLAIT_TRY_VOID(Want(')'));
    PLAIT_TRY_VOID(Wrap(height_));
    typed.operands.push_back(std::move(operand));
    return typed;
  }

  Result<Expr> ReadValue() {
    PLAIT_TRY_VOID(Want('%'));
    Expr expr;
    expr.kind = Expr::Kind::Value;
    PLAIT_TRY(expr.value, scanner_.ReadValueNumber());
    return expr;
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
      if (scanner_.Peek() != ']' && !scanner_.TakeSeparator()) {
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
      is_constant = is_constant && scanner_.Peek() == '"';
      PLAIT_TRY(std::string name, scanner_.ReadName());
      if (std::find(record.names.begin(), record.names.end(), name) != record.names.end()) {
        return Fail(fmt::format("the field `{}` stands twice", name));
      }
      PLAIT_TRY_VOID(Want(':'));
      PLAIT_TRY(Expr field, ReadExpression());
      height = std::max(height, height_);
      record.names.push_back(std::move(name));
      record.operands.push_back(std::move(field));
      if (scanner_.Peek() != '}' && !scanner_.TakeSeparator()) {
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

  ExprScanner scanner_;
  /// Levels open now.
  int depth_ = 0;
  /// Levels of the expression that was read last.
  int height_ = 0;
};

}  // namespace

Result<Expr> ParseExpr(std::string_view text) { return Reader(text).ReadAll(); }

}  // namespace plait::plan
