// Literals, lists and format strings.

#include "compiler/base/tensor_values.h"
#include "compiler/sema/body_checker.h"
#include "compiler/sema/types.h"

namespace plait::sema {

ExprId BodyChecker::Of(const ast::IntLiteral& node, const At& at) {
  return Add(Type::Of(TypeKind::Int), at.span, Constant{Value::Int(node.value)});
}

ExprId BodyChecker::Of(const ast::FloatLiteral& node, const At& at) {
  return Add(Type::Of(TypeKind::Float), at.span, Constant{Value::Float(node.value)});
}

ExprId BodyChecker::Of(const ast::UnitLiteral& node, const At& at) {
  Report(MakeDiagnostic(DiagnosticKind::TypeMismatch, at.span, "{} stands only in settings, not in data",
                        node.kind == ast::UnitKind::Bytes ? "a size" : "a duration")
             .Note("write a plain number of the unit that is meant"));
  return AddError(at.span);
}

ExprId BodyChecker::Of(const ast::StringLiteral& node, const At& at) {
  if (at.want == nullptr || !WithoutOptional(at.want->type).Is(TypeKind::Bytes)) {
    return Add(Type::Of(TypeKind::String), at.span, Constant{Value::String(node.value)});
  }
  Result<Value> bytes = BytesFromText(node.value, "");
  if (!bytes.ok()) {
    Report(MakeDiagnostic(DiagnosticKind::TypeMismatch, at.span, "{}", bytes.error().message).Fix("encode a text: `text.encode(\"…\")`"));
    return AddError(at.span);
  }
  return Add(Type::Of(TypeKind::Bytes), at.span, Constant{*std::move(bytes)});
}

ExprId BodyChecker::Of(const ast::BoolLiteral& node, const At& at) {
  return Add(Type::Of(TypeKind::Bool), at.span, Constant{Value::Bool(node.value)});
}

ExprId BodyChecker::Of(const ast::NullLiteral& /*node*/, const At& at) { return Add(Type::Of(TypeKind::Null), at.span, Constant{}); }

ExprId BodyChecker::Of(const ast::FormatString& node, const At& at) {
  const Type string = Type::Of(TypeKind::String);
  std::vector<ExprId> parts;
  for (size_t i = 0; i < node.texts.size(); ++i) {
    if (!node.texts[i].empty()) {
      parts.push_back(Add(string, at.span, Constant{Value::String(node.texts[i])}));
    }
    if (i == node.values.size()) {
      break;
    }
    ExprId value = Check(node.values[i]);
    const Type& type = TypeOf(value);
    if (type.Is(TypeKind::Optional)) {
      ReportMismatch(value, {type.item(), {}, ""});
      value = AddError(SpanOf(value));
    }
    if (TypeOf(value).Is(TypeKind::String) || TypeOf(value).is_error()) {
      parts.push_back(value);
    } else {
      const Span span = SpanOf(value);
      parts.push_back(Add(string, span, Apply{Operation::Display, {value}}));
    }
  }
  return parts.empty() ? Add(string, at.span, Constant{Value::String("")}) : JoinStrings(parts, 0, parts.size(), at.span);
}

/// As a balanced tree, so that a long text makes no deep expression.
ExprId BodyChecker::JoinStrings(const std::vector<ExprId>& parts, size_t begin, size_t end, const Span& span) {
  if (end - begin == 1) {
    return parts[begin];
  }
  size_t middle = begin + (end - begin) / 2;
  ExprId left = JoinStrings(parts, begin, middle, span);
  ExprId right = JoinStrings(parts, middle, end, span);
  return Add(Type::Of(TypeKind::String), span, Apply{Operation::Add, {left, right}});
}

ExprId BodyChecker::Of(const ast::List& node, const At& at) {
  const Type* want = at.want != nullptr ? &at.want->type : nullptr;
  if (want != nullptr && want->Is(TypeKind::Optional)) {
    want = &want->item();
  }
  if (want != nullptr && want->Is(TypeKind::Tensor)) {
    return CheckTensorLiteral(node, at, *want);
  }
  MakeList list;
  if (want != nullptr && want->Is(TypeKind::List)) {
    Expectation item_want = at.want->Of(want->item());
    for (ast::ExprId item : node.items) {
      list.items.push_back(CheckAs(item, item_want));
    }
    return Add(*want, at.span, std::move(list));
  }
  if (want != nullptr && want->Is(TypeKind::Json)) {
    for (ast::ExprId item : node.items) {
      list.items.push_back(CheckAs(item, *at.want));
    }
    return Add(*want, at.span, std::move(list));
  }
  for (ast::ExprId item : node.items) {
    list.items.push_back(Check(item));
  }
  if (list.items.empty()) {
    return Add(Type::List(Type::Of(TypeKind::Never)), at.span, std::move(list));
  }
  std::optional<Type> item = Unify(list.items);
  return Add(item && !item->is_error() ? Type::List(*item) : Type(), at.span, std::move(list));
}

}  // namespace plait::sema
