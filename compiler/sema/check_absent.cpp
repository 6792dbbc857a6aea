// Values that may be absent: `??`, `?.` and what a condition tells about null.

#include <algorithm>

#include "compiler/sema/body_checker.h"
#include "compiler/sema/types.h"

namespace plait::sema {
namespace {

const Type kBool = Type::Of(TypeKind::Bool);

}  // namespace

/// `local == null`
ExprId BodyChecker::IsAbsent(LocalId local, const Type& type, const Span& span) {
  ExprId value = Add(type, span, LocalRef{local});
  ExprId null = Add(Type::Of(TypeKind::Null), span, Constant{});
  return Add(kBool, span, Apply{Operation::Equal, {value, null}});
}

/// let held = left; if held == null { right } else { held }
ExprId BodyChecker::CheckCoalesce(const ast::Binary& node, const At& at) {
  std::optional<Expectation> left_want;
  if (at.want != nullptr && !at.want->type.Is(TypeKind::Json)) {
    left_want = at.want->Of(Type::Optional(at.want->type));
  }
  ExprId left = Check(node.left, left_want ? &*left_want : nullptr);
  const Type type = TypeOf(left);
  bool may_be_null = type.Is(TypeKind::Optional) || type.Is(TypeKind::Json) || type.Is(TypeKind::Null);
  if (!may_be_null && !type.is_error()) {
    Report(MakeDiagnostic(DiagnosticKind::TypeMismatch, SpanOf(left), "this `{}` is never null, so what stands after `??` is never taken",
                          type.ToString()));
  }
  const Expectation like_left{WithoutOptional(type), {}, ""};
  ExprId right = Check(node.right, at.want != nullptr || type.is_error() ? at.want : &like_left);
  if (!may_be_null || TypeOf(right).is_error()) {
    return AddError(at.span);
  }
  const Type there = type.Is(TypeKind::Null) ? TypeOf(right) : WithoutOptional(type);
  std::vector<Block::Let> lets;
  LocalId held = HoldInLocal(left, "value", lets);
  ExprId absent = IsAbsent(held, type, at.span);
  std::vector<ExprId> values = {right, Add(there, SpanOf(left), LocalRef{held})};
  Type result;
  if (at.want != nullptr && FitsAsIs(there, at.want->type)) {
    values[0] = Convert(right, *at.want);
    result = at.want->type;
  } else {
    result = Unify(values).value_or(Type());
  }
  return WithLets(std::move(lets), Add(result, at.span, If{absent, {{}, values[0]}, {{}, values[1]}}));
}

/// let held = base; if held == null { null } else { held.name }
ExprId BodyChecker::CheckOptionalField(const ast::Field& node, const At& at) {
  ExprId base = Check(node.base);
  const Type type = TypeOf(base);
  if (type.is_error()) {
    return AddError(at.span);
  }
  if (type.Is(TypeKind::Json)) {
    return MemberOf(Operation::MemberOrNull, base, Value::String(node.name.text), at.span);
  }
  if (!type.Is(TypeKind::Optional)) {
    Report(MakeDiagnostic(DiagnosticKind::TypeMismatch, SpanOf(base), "this `{}` is never null; `.{}` is enough", type.ToString(),
                          node.name.text));
    return AddError(at.span);
  }
  std::vector<Block::Let> lets;
  LocalId held = HoldInLocal(base, "value", lets);
  ExprId there = Add(type.item(), SpanOf(base), LocalRef{held});
  ExprId field = FieldOfValue(there, node.name, at.span);
  if (TypeOf(field).is_error()) {
    return AddError(at.span);
  }
  const Type result = Type::Optional(TypeOf(field));
  ExprId absent = IsAbsent(held, type, at.span);
  ExprId null = Add(result, at.span, Constant{});
  return WithLets(std::move(lets), Add(result, at.span, If{absent, {{}, null}, {{}, field}}));
}

/// Of json: a field or an item, itself json.
ExprId BodyChecker::MemberOf(Operation operation, ExprId json, Value key, const Span& span) {
  const Type key_type = Type::Of(key.is_string() ? TypeKind::String : TypeKind::Int);
  ExprId constant = Add(key_type, span, Constant{std::move(key)});
  return Add(Type::Of(TypeKind::Json), span, Apply{operation, {json, constant}});
}

std::optional<std::pair<LocalId, bool>> BodyChecker::FindNarrowing(ast::ExprId condition) {
  const ast::Expr* expr = condition.has_value() ? &tree().exprs[condition] : nullptr;
  while (expr != nullptr && std::holds_alternative<ast::Parenthesized>(expr->node)) {
    expr = &tree().exprs[std::get<ast::Parenthesized>(expr->node).inner];
  }
  const auto* binary = expr != nullptr ? std::get_if<ast::Binary>(&expr->node) : nullptr;
  if (binary == nullptr || (binary->op != ast::BinaryOp::Equal && binary->op != ast::BinaryOp::NotEqual)) {
    return std::nullopt;
  }
  const auto& left = tree().exprs[binary->left].node;
  const auto& right = tree().exprs[binary->right].node;
  const auto* name = std::get_if<ast::Name>(std::holds_alternative<ast::NullLiteral>(right) ? &left : &right);
  bool has_null = std::holds_alternative<ast::NullLiteral>(left) || std::holds_alternative<ast::NullLiteral>(right);
  const Binding* binding = name != nullptr && has_null ? bindings_.Find(Space::Data, name->text) : nullptr;
  const auto* local = binding != nullptr ? std::get_if<LocalId>(&binding->target) : nullptr;
  if (local == nullptr || !TypeOfLocal(*local).Is(TypeKind::Optional)) {
    return std::nullopt;
  }
  return std::pair(*local, binary->op == ast::BinaryOp::NotEqual);
}

Type BodyChecker::TypeOfLocal(LocalId local) const {
  auto narrowed = std::find_if(narrowed_.rbegin(), narrowed_.rend(), [&](const auto& entry) { return entry.first == local; });
  return narrowed != narrowed_.rend() ? narrowed->second : function_.locals[local].type;
}

}  // namespace plait::sema
