// Pipes, and field selectors as arguments.

#include "compiler/sema/body_checker.h"

namespace plait::sema {

/// `left |> path(arguments)` is `path(left, arguments)`.
ExprId BodyChecker::Of(const ast::Pipe& node, const At& at) {
  std::vector<ast::Argument> arguments;
  Span left = node.left.has_value() ? tree().exprs[node.left].span : at.span;
  arguments.push_back({std::nullopt, node.left, left});
  arguments.insert(arguments.end(), node.arguments.begin(), node.arguments.end());
  ExprId call = CheckCall({node.callee.words, node.callee.span, {}}, arguments, at);
  return node.guards ? CheckGuards(call, *node.guards, at) : call;
}

ExprId BodyChecker::Of(const ast::Selector& node, const At& at) {
  Report(MakeDiagnostic(DiagnosticKind::TypeMismatch, at.span, "the field selector `.{}` stands only for a list of keys", node.field.text)
             .Note("as in `list.top(xs, 3, by: .score)`, where it is `[x.score for x in xs]`"));
  return AddError(at.span);
}

/// `.field` for a parameter that wants a list: that field of each item of the first argument.
ExprId BodyChecker::CheckSelector(const ast::Selector& node, const Span& span, std::optional<ExprId>& items,
                                  std::vector<Block::Let>& lets) {
  const Type type = items ? TypeOf(*items) : Type();
  if (!type.Is(TypeKind::List)) {
    if (!items || !type.is_error()) {
      Report(MakeDiagnostic(DiagnosticKind::TypeMismatch, span, "the field selector `.{}` wants a list as the first argument",
                            node.field.text));
    }
    return AddError(span);
  }
  LocalId held = HoldInLocal(*items, "items", lets);
  items = Add(type, SpanOf(*items), LocalRef{held});
  ForClause clause;
  clause.source = Add(type, span, LocalRef{held});
  clause.item = function_.locals.Add({"item", type.item(), span});
  ExprId item = Add(type.item(), span, LocalRef{clause.item});
  ExprId field = FieldOfValue(item, node.field, span);
  const Type key = TypeOf(field);
  return key.is_error() ? AddError(span) : Add(Type::List(key), span, Comprehension{{clause}, field});
}

}  // namespace plait::sema
