// Operators.

#include "compiler/sema/body_checker.h"
#include "compiler/sema/types.h"

namespace plait::sema {
namespace {

using ast::BinaryOp;

struct BinaryInfo {
  Operation operation;
  std::string_view spelling;
};

BinaryInfo Describe(BinaryOp op) {
  auto info = [](Operation operation) { return BinaryInfo{operation, OperationSpelling(operation)}; };
  switch (op) {
    case BinaryOp::Add:
      return info(Operation::Add);
    case BinaryOp::Subtract:
      return info(Operation::Subtract);
    case BinaryOp::Multiply:
      return info(Operation::Multiply);
    case BinaryOp::Divide:
      return info(Operation::Divide);
    case BinaryOp::Remainder:
      return info(Operation::Remainder);
    case BinaryOp::Equal:
      return info(Operation::Equal);
    case BinaryOp::NotEqual:
      return info(Operation::NotEqual);
    case BinaryOp::Less:
      return info(Operation::Less);
    case BinaryOp::LessEqual:
      return info(Operation::LessEqual);
    case BinaryOp::Greater:
      return info(Operation::Greater);
    case BinaryOp::GreaterEqual:
      return info(Operation::GreaterEqual);
    case BinaryOp::In:
      return info(Operation::In);
    case BinaryOp::And:
      return {Operation::Not, "and"};
    case BinaryOp::Or:
      return {Operation::Not, "or"};
    case BinaryOp::Coalesce:
      break;
  }
  return {Operation::Not, "??"};
}

bool IsFloat(const Type& type) {
  const Type& bare = WithoutOptional(type);
  return bare.Is(TypeKind::Float) || (bare.Is(TypeKind::Tensor) && IsFloating(bare.element()));
}

}  // namespace

ExprId BodyChecker::Of(const ast::Unary& node, const At& at) {
  if (node.op == ast::UnaryOp::Not) {
    ExprId operand = CheckAs(node.operand, {Type::Of(TypeKind::Bool), {}, ""});
    return Add(Type::Of(TypeKind::Bool), at.span, Apply{Operation::Not, {operand}});
  }
  ExprId operand = Check(node.operand);
  if (RefuseOperand(operand, "-", "a number")) {
    return AddError(at.span);
  }
  const Type type = TypeOf(operand);
  if (!type.is_number()) {
    Report(MakeDiagnostic(DiagnosticKind::TypeMismatch, SpanOf(operand), "`-` wants a number, found `{}`", type.ToString()));
    return AddError(at.span);
  }
  return Add(type, at.span, Apply{Operation::Negate, {operand}});
}

ExprId BodyChecker::Of(const ast::Binary& node, const At& at) {
  switch (node.op) {
    case BinaryOp::And:
    case BinaryOp::Or:
      return CheckLogic(node, at);
    case BinaryOp::Equal:
    case BinaryOp::NotEqual:
      return CheckEquality(node, at);
    case BinaryOp::Less:
    case BinaryOp::LessEqual:
    case BinaryOp::Greater:
    case BinaryOp::GreaterEqual:
      return CheckOrder(node, at);
    case BinaryOp::In:
      return CheckIn(node, at);
    case BinaryOp::Coalesce:
      return CheckCoalesce(node, at);
    default:
      return CheckArithmetic(node, at);
  }
}

ExprId BodyChecker::CheckLogic(const ast::Binary& node, const At& at) {
  const Type boolean = Type::Of(TypeKind::Bool);
  ExprId left = CheckAs(node.left, {boolean, {}, ""});
  ExprId right = CheckAs(node.right, {boolean, {}, ""});
  return node.op == BinaryOp::Or ? Either(left, right, at.span) : Both(left, right, at.span);
}

/// An operand whose type no operator takes: `json`, a value that may be null, one of several possible types.
bool BodyChecker::RefuseOperand(ExprId operand, std::string_view op, std::string_view wants) {
  const Type type = TypeOf(operand);
  if (type.Is(TypeKind::Json)) {
    Report(MakeDiagnostic(DiagnosticKind::JsonUnchecked, SpanOf(operand), "`{}` wants {}, and nothing is known about `json`", op, wants));
  } else if (type.Is(TypeKind::Optional)) {
    Report(MakeDiagnostic(DiagnosticKind::OptionalUnhandled, SpanOf(operand), "`{}` wants {}, and this `{}` may be null", op, wants,
                          type.ToString())
               .Note(std::string(kNarrowOptional)));
  } else if (type.Is(TypeKind::Union)) {
    Report(MakeDiagnostic(DiagnosticKind::UnionUnhandled, SpanOf(operand), "`{}` wants {}, and this is one of `{}`", op, wants,
                          type.ToString())
               .Note(std::string(kNarrowUnion)));
  }
  return type.is_error() || type.Is(TypeKind::Json) || type.Is(TypeKind::Optional) || type.Is(TypeKind::Union);
}

ExprId BodyChecker::ReportOperands(const ast::Binary& node, ExprId left, ExprId right, std::string_view wants) {
  Diagnostic diagnostic = MakeDiagnostic(DiagnosticKind::TypeMismatch, node.op_span, "`{}` wants {}, found `{}` and `{}`",
                                         Describe(node.op).spelling, wants, TypeOf(left).ToString(), TypeOf(right).ToString())
                              .Also(SpanOf(left), fmt::format("this is `{}`", TypeOf(left).ToString()))
                              .Also(SpanOf(right), fmt::format("this is `{}`", TypeOf(right).ToString()));
  bool has_string = TypeOf(left).Is(TypeKind::String) || TypeOf(right).Is(TypeKind::String);
  if (node.op == BinaryOp::Add && has_string) {
    diagnostic.fixes.push_back({"write the value into the text: `f\"… {x}\"`", {}, ""});
  }
  Report(std::move(diagnostic));
  return AddError(SpanOf(left).To(SpanOf(right)));
}

ExprId BodyChecker::CheckArithmetic(const ast::Binary& node, const At& at) {
  auto [operation, spelling] = Describe(node.op);
  std::string_view wants = node.op == BinaryOp::Add ? "two numbers, two strings or two lists" : "two numbers";
  std::vector<ExprId> operands = {Check(node.left), Check(node.right)};
  bool left_refused = RefuseOperand(operands[0], spelling, wants);
  if (RefuseOperand(operands[1], spelling, wants) || left_refused) {
    return AddError(at.span);
  }
  const Type left = TypeOf(operands[0]);
  const Type right = TypeOf(operands[1]);
  if (left.is_number() && right.is_number()) {
    bool is_float = node.op == BinaryOp::Divide || left.Is(TypeKind::Float) || right.Is(TypeKind::Float);
    for (ExprId& operand : operands) {
      operand = is_float && TypeOf(operand).Is(TypeKind::Int) ? Widen(operand) : operand;
    }
    return Add(Type::Of(is_float ? TypeKind::Float : TypeKind::Int), at.span, Apply{operation, std::move(operands)});
  }
  bool is_joinable = (left.Is(TypeKind::String) && right.Is(TypeKind::String)) || (left.Is(TypeKind::List) && right.Is(TypeKind::List));
  std::optional<Type> joined = node.op == BinaryOp::Add && is_joinable ? Join(left, right) : std::nullopt;
  if (!joined) {
    return ReportOperands(node, operands[0], operands[1], wants);
  }
  return Add(*std::move(joined), at.span, Apply{operation, std::move(operands)});
}

ExprId BodyChecker::CheckEquality(const ast::Binary& node, const At& at) {
  const Type boolean = Type::Of(TypeKind::Bool);
  auto [operation, spelling] = Describe(node.op);
  std::vector<ExprId> operands = {Check(node.left), Check(node.right)};
  const Type left = TypeOf(operands[0]);
  const Type right = TypeOf(operands[1]);
  if (left.is_error() || right.is_error()) {
    return Add(boolean, at.span, Apply{operation, std::move(operands)});
  }
  bool with_null = left.Is(TypeKind::Null) || right.Is(TypeKind::Null);
  for (size_t i = 0; i < 2; ++i) {
    if (TypeOf(operands[i]).Is(TypeKind::Json) && !with_null) {
      RefuseOperand(operands[i], spelling, "values of one type");
      return Add(boolean, at.span, Constant{Value::Bool(false)});
    }
    if (with_null && !TypeOf(operands[i]).Is(TypeKind::Optional) && !TypeOf(operands[i]).Is(TypeKind::Null) &&
        !TypeOf(operands[i]).Is(TypeKind::Json)) {
      Report(MakeDiagnostic(DiagnosticKind::TypeMismatch, SpanOf(operands[i]), "this `{}` is never null", TypeOf(operands[i]).ToString()));
      return Add(boolean, at.span, Constant{Value::Bool(false)});
    }
  }
  std::optional<Type> joined = Join(left, right);
  if (!joined) {
    ReportOperands(node, operands[0], operands[1], "values of one type");
    return Add(boolean, at.span, Constant{Value::Bool(false)});
  }
  if (IsFloat(*joined) && !with_null && use_ != Use::Test) {
    Report(MakeDiagnostic(DiagnosticKind::FloatEquality, node.op_span, "floats are rarely equal to the last bit")
               .Note("compare with `<` or `>=` against a limit"));
  }
  for (ExprId& operand : operands) {
    operand = Convert(operand, {*joined, {}, ""});
  }
  return Add(boolean, at.span, Apply{operation, std::move(operands)});
}

ExprId BodyChecker::CheckOrder(const ast::Binary& node, const At& at) {
  const Type boolean = Type::Of(TypeKind::Bool);
  auto [operation, spelling] = Describe(node.op);
  std::string_view wants = "two numbers or two strings";
  std::vector<ExprId> operands = {Check(node.left), Check(node.right)};
  bool left_refused = RefuseOperand(operands[0], spelling, wants);
  if (RefuseOperand(operands[1], spelling, wants) || left_refused) {
    return Add(boolean, at.span, Constant{Value::Bool(false)});
  }
  const Type left = TypeOf(operands[0]);
  const Type right = TypeOf(operands[1]);
  bool are_strings = left.Is(TypeKind::String) && right.Is(TypeKind::String);
  if (!are_strings && !(left.is_number() && right.is_number())) {
    ReportOperands(node, operands[0], operands[1], wants);
    return Add(boolean, at.span, Constant{Value::Bool(false)});
  }
  Unify(operands);
  return Add(boolean, at.span, Apply{operation, std::move(operands)});
}

ExprId BodyChecker::CheckIn(const ast::Binary& node, const At& at) {
  const Type boolean = Type::Of(TypeKind::Bool);
  ExprId left = Check(node.left);
  ExprId right = Check(node.right);
  std::string_view wants = "an item and a list, a key and a map, or two strings";
  if (TypeOf(left).is_error() || RefuseOperand(right, "in", wants) ||
      (TypeOf(right).Is(TypeKind::String) && RefuseOperand(left, "in", wants))) {
    return Add(boolean, at.span, Constant{Value::Bool(false)});
  }
  const Type item = TypeOf(left);
  const Type container = TypeOf(right);
  bool are_strings = item.Is(TypeKind::String) && (container.Is(TypeKind::String) || container.Is(TypeKind::Map));
  std::optional<Type> joined = container.Is(TypeKind::List) ? Join(item, container.item()) : std::nullopt;
  bool fits = joined && (*joined == container.item() || container.item().Is(TypeKind::Never));
  if (!are_strings && !fits) {
    ReportOperands(node, left, right, wants);
    return Add(boolean, at.span, Constant{Value::Bool(false)});
  }
  if (fits && IsFloat(*joined) && use_ != Use::Test) {
    Report(MakeDiagnostic(DiagnosticKind::FloatEquality, node.op_span, "floats are rarely equal to the last bit"));
  }
  if (fits) {
    left = Convert(left, {*joined, {}, ""});
  }
  return Add(boolean, at.span, Apply{Operation::In, {left, right}});
}

}  // namespace plait::sema
