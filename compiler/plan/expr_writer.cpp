// Expressions as text.
//
// Constants are JSON. What tells an expression over constants from a constant: a list of constants only ends with a comma, a record
// has a name without quotes or ends with a comma.
#include <fmt/format.h>

#include "compiler/plan/expr_syntax.h"
#include "compiler/plan/plan.h"

namespace plait::plan {
namespace {

void Append(const Expr& expr, std::string& text);

bool IsOperator(const Expr& expr) {
  if (expr.kind == Expr::Kind::If) {
    return true;
  }
  if (expr.kind != Expr::Kind::Apply) {
    return false;
  }
  OperationForm form = FormOf(expr.operation);
  return form == OperationForm::Prefix || form == OperationForm::Infix;
}

bool IsNumber(const Expr& expr) { return expr.kind == Expr::Kind::Constant && (expr.constant.is_int() || expr.constant.is_float()); }

void AppendBracketed(const Expr& expr, bool with_brackets, std::string& text) {
  if (with_brackets) {
    text += '(';
  }
  Append(expr, text);
  if (with_brackets) {
    text += ')';
  }
}

/// As an operand of an infix operator.
void AppendOperand(const Expr& expr, std::string& text) { AppendBracketed(expr, IsOperator(expr), text); }
/// Before `.`, before `[` and after a sign, where a number would be read together with what stands beside it.
void AppendTight(const Expr& expr, std::string& text) { AppendBracketed(expr, IsOperator(expr) || IsNumber(expr), text); }

void AppendName(const std::string& name, std::string& text) { text += IsName(name) ? name : QuoteJson(name); }

void AppendApply(const Expr& expr, std::string& text) {
  std::string_view spelling = OperationSpelling(expr.operation);
  switch (FormOf(expr.operation)) {
    case OperationForm::Prefix:
      text += spelling;
      if (expr.operation == Operation::Not) {
        text += ' ';
      }
      AppendTight(expr.operands[0], text);
      return;
    case OperationForm::Infix:
      AppendOperand(expr.operands[0], text);
      text += fmt::format(" {} ", spelling);
      AppendOperand(expr.operands[1], text);
      return;
    case OperationForm::Subscript:
      AppendTight(expr.operands[0], text);
      text += '[';
      Append(expr.operands[1], text);
      text += ']';
      return;
    case OperationForm::Function:
      text += spelling;
      text += '(';
      for (size_t i = 0; i < expr.operands.size(); ++i) {
        text += i == 0 ? "" : ", ";
        Append(expr.operands[i], text);
      }
      text += ')';
      return;
  }
}

void AppendList(const Expr& expr, std::string& text) {
  bool only_constants = true;
  text += '[';
  for (size_t i = 0; i < expr.operands.size(); ++i) {
    text += i == 0 ? "" : ", ";
    Append(expr.operands[i], text);
    only_constants = only_constants && expr.operands[i].kind == Expr::Kind::Constant;
  }
  text += only_constants ? ",]" : "]";
}

void AppendRecord(const Expr& expr, std::string& text) {
  bool has_bare_name = false;
  text += '{';
  for (size_t i = 0; i < expr.operands.size(); ++i) {
    text += i == 0 ? "" : ", ";
    AppendName(expr.names[i], text);
    text += ": ";
    Append(expr.operands[i], text);
    has_bare_name = has_bare_name || IsName(expr.names[i]);
  }
  text += has_bare_name ? "}" : ",}";
}

void AppendIf(const Expr& expr, std::string& text) {
  text += "if ";
  Append(expr.operands[0], text);
  text += " { ";
  Append(expr.operands[1], text);
  text += " } else { ";
  Append(expr.operands[2], text);
  text += " }";
}

void Append(const Expr& expr, std::string& text) {
  switch (expr.kind) {
    case Expr::Kind::Constant:
      text += ConstantText(expr.constant);
      return;
    case Expr::Kind::Value:
      text += fmt::format("%{}", expr.value);
      return;
    case Expr::Kind::Apply:
      AppendApply(expr, text);
      return;
    case Expr::Kind::Field:
      AppendTight(expr.operands[0], text);
      text += '.';
      AppendName(expr.names[0], text);
      return;
    case Expr::Kind::List:
      AppendList(expr, text);
      return;
    case Expr::Kind::Record:
      AppendRecord(expr, text);
      return;
    case Expr::Kind::If:
      AppendIf(expr, text);
      return;
    case Expr::Kind::Cast:
    case Expr::Kind::Is:
      text += fmt::format("{}<{}>(", expr.kind == Expr::Kind::Cast ? kCast : kIs, expr.type.ToString());
      Append(expr.operands[0], text);
      text += ')';
      return;
  }
}

}  // namespace

std::string ToString(const Expr& expr) {
  std::string text;
  Append(expr, text);
  return text;
}

}  // namespace plait::plan
