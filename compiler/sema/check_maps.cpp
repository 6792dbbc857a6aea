// Maps: literals, items, and loops over them.

#include <map>

#include "compiler/sema/body_checker.h"
#include "compiler/sema/types.h"

namespace plait::sema {

/// `{ "key": value }`, or `{}` where a map is wanted.
ExprId BodyChecker::CheckMap(const ast::Brace& node, const At& at, const Type* want) {
  std::map<std::string_view, Span> seen;
  bool is_faulty = false;
  for (const ast::BraceField& field : node.fields) {
    auto [first, is_new] = seen.try_emplace(field.name.text, field.name.span);
    if (!is_new) {
      Report(MakeDiagnostic(DiagnosticKind::DuplicateName, field.name.span, "the key {} stands twice", QuoteJson(field.name.text))
                 .Also(first->second, "first here"));
    } else if (!field.is_string) {
      Report(MakeDiagnostic(DiagnosticKind::TypeMismatch, field.name.span, "a key of a map is a string")
                 .Fix(fmt::format("write `{}`", QuoteJson(field.name.text)), field.name.span, QuoteJson(field.name.text)));
    }
    is_faulty = is_faulty || !is_new || !field.is_string;
  }
  const bool wants_json = want != nullptr && want->Is(TypeKind::Json);
  MakeRecord map;
  for (const ast::BraceField& field : node.fields) {
    map.names.push_back(field.name.text);
    if (want != nullptr) {
      map.values.push_back(CheckAs(field.value, at.want->Of(wants_json ? *want : want->item())));
    } else {
      map.values.push_back(Check(field.value));
    }
  }
  if (is_faulty) {
    return AddError(at.span);
  }
  if (want != nullptr) {
    return Add(*want, at.span, std::move(map));
  }
  std::optional<Type> item = Unify(map.values);
  return Add(item && !item->is_error() ? Type::Map(*item) : Type(), at.span, std::move(map));
}

ExprId BodyChecker::CheckMapIndex(ExprId base, const ast::Index& node, const At& at) {
  ExprId key = CheckAs(node.index, {Type::Of(TypeKind::String), {}, ""});
  return TypeOf(key).is_error() ? AddError(at.span)
                                : Add(Type::Optional(TypeOf(base).item()), at.span, Apply{Operation::Lookup, {base, key}});
}

/// Of json: by a string a field, by an int an item.
ExprId BodyChecker::CheckJsonIndex(ExprId base, const ast::Index& node, const At& at) {
  ExprId key = Check(node.index);
  if (TypeOf(key).is_error()) {
    return AddError(at.span);
  }
  if (!TypeOf(key).Is(TypeKind::String) && !TypeOf(key).Is(TypeKind::Int)) {
    Report(MakeDiagnostic(DiagnosticKind::TypeMismatch, SpanOf(key), "expected `int` or `string`, found `{}`", TypeOf(key).ToString()));
    return AddError(at.span);
  }
  return Add(Type::Of(TypeKind::Json), at.span, Apply{Operation::Member, {base, key}});
}

/// A clause over a map goes over its entries; the lets give `key` and `value` their names inside.
ForClause BodyChecker::CheckMapClause(const ast::ForClause& clause, ExprId map, std::vector<Block::Let>& lets) {
  const Type item = TypeOf(map).item();
  const Type entry = Type::Anonymous({{"key", Type::Of(TypeKind::String)}, {"value", item}});
  const Span span = SpanOf(map);
  ForClause result;
  result.source = Add(Type::List(entry), span, Apply{Operation::Entries, {map}});
  result.item = function_.locals.Add({"entry", entry, clause.item.span});
  auto bind = [&](const ast::Word& name, const char* field, const Type& type) {
    ExprId held = Add(entry, name.span, LocalRef{result.item});
    ExprId value = Add(type, name.span, FieldOf{held, field});
    lets.push_back({DeclareLocal(name, type, BindingKind::Variable), value});
  };
  if (clause.index) {
    bind(*clause.index, "key", Type::Of(TypeKind::String));
  }
  bind(clause.item, "value", item);
  if (clause.condition) {
    result.condition = WithLets(lets, CheckAs(*clause.condition, {Type::Of(TypeKind::Bool), {}, ""}));
  }
  return result;
}

}  // namespace plait::sema
