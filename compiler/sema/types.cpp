#include "compiler/sema/types.h"

#include <algorithm>
#include <set>

namespace plait::sema {
namespace {

std::optional<Type> Simple(std::string_view word) {
  for (TypeKind kind : {TypeKind::Bool, TypeKind::Int, TypeKind::Float, TypeKind::String, TypeKind::Json}) {
    if (word == Type::Of(kind).ToString()) {
      return Type::Of(kind);
    }
  }
  return std::nullopt;
}

class TypeResolver {
 public:
  TypeResolver(Program& program, const Surroundings& around) : program_(program), around_(around) {}

  Type Resolve(ast::TypeId id) {
    if (!id.has_value()) {
      return {};
    }
    const ast::Type& type = program_.modules[around_.module].tree->types[id];
    return std::visit([&](const auto& node) { return Of(node, type.span); }, type.node);
  }

 private:
  Type Unsupported(const Span& span, std::string_view construct) {
    program_.reporter.Unsupported(span, construct);
    return {};
  }

  Type Of(const ast::ErrorType& /*node*/, const Span& /*span*/) { return {}; }
  Type Of(const ast::NullType& /*node*/, const Span& /*span*/) { return Type::Of(TypeKind::Null); }
  Type Of(const ast::UnionType& /*node*/, const Span& span) { return Unsupported(span, "a union type"); }
  Type Of(const ast::MapType& /*node*/, const Span& span) { return Unsupported(span, "`map`"); }
  Type Of(const ast::StreamType& /*node*/, const Span& span) { return Unsupported(span, "`stream`"); }
  Type Of(const ast::TensorType& /*node*/, const Span& span) { return Unsupported(span, "`tensor`"); }

  Type Of(const ast::ListType& node, const Span& /*span*/) {
    Type item = Resolve(node.item);
    return item.is_error() ? Type() : Type::List(std::move(item));
  }

  Type Of(const ast::OptionalType& node, const Span& /*span*/) { return Type::Optional(Resolve(node.item)); }

  Type Of(const ast::RecordType& node, const Span& /*span*/) {
    std::vector<Type::Field> fields;
    std::map<std::string_view, Span> seen;
    bool is_faulty = false;
    for (const ast::TypeField& field : node.fields) {
      auto [first, is_new] = seen.try_emplace(field.name.text, field.name.span);
      if (!is_new) {
        program_.reporter.Report(
            MakeDiagnostic(DiagnosticKind::DuplicateName, field.name.span, "the field `{}` stands twice", field.name.text)
                .Also(first->second, "first here"));
      }
      Type type = Resolve(field.type);
      is_faulty = is_faulty || !is_new || type.is_error();
      fields.push_back({field.name.text, std::move(type)});
    }
    return is_faulty ? Type() : Type::Anonymous(std::move(fields));
  }

  Type Of(const ast::PathType& node, const Span& span) {
    const ast::Path& path = node.path;
    if (path.words.size() == 1) {
      const std::string& word = path.words[0].text;
      if (std::optional<Type> simple = Simple(word)) {
        return *simple;
      }
      if (word == "bytes") {
        return Unsupported(span, "`bytes`");
      }
    }
    std::optional<FoundSymbol> found = ResolvePath(program_, around_, path, Space::Type);
    if (!found || found->symbol.kind == SymbolKind::Unavailable) {
      return {};
    }
    if (found->symbol.kind != SymbolKind::Record) {
      return NotAType(path, found->symbol);
    }
    return Type::Record(program_.records[found->symbol.index].name);
  }

  Type NotAType(const ast::Path& path, const Symbol& symbol) {
    if (symbol.kind != SymbolKind::Unavailable) {
      program_.reporter.Report(
          MakeDiagnostic(DiagnosticKind::NotAValue, path.span, "`{}` is {}, not a type of data", path.ToString(), KindName(symbol.kind))
              .Also(symbol.span, "declared here"));
    }
    return {};
  }

  Program& program_;
  const Surroundings& around_;
};

bool HasJson(const Program& program, const Type& type, std::set<std::string>& visited) {
  switch (type.kind()) {
    case TypeKind::Json:
      return true;
    case TypeKind::List:
    case TypeKind::Optional:
      return HasJson(program, type.item(), visited);
    case TypeKind::Anonymous:
      return std::ranges::any_of(type.fields(), [&](const Type::Field& field) { return HasJson(program, field.type, visited); });
    case TypeKind::Record: {
      auto record = program.result.types.records.find(type.name());
      return visited.insert(type.name()).second && record != program.result.types.records.end() &&
             std::ranges::any_of(record->second, [&](const RecordField& field) { return HasJson(program, field.type, visited); });
    }
    default:
      return false;
  }
}

}  // namespace

Type ResolveType(Program& program, const Surroundings& around, ast::TypeId type) { return TypeResolver(program, around).Resolve(type); }

std::optional<Type> Join(const Type& left, const Type& right) {
  if (left.is_error() || right.is_error()) {
    return Type();
  }
  if (FitsAsIs(left, right)) {
    return right;
  }
  if (FitsAsIs(right, left)) {
    return left;
  }
  if (left.is_number() && right.is_number()) {
    return Type::Of(TypeKind::Float);
  }
  for (const auto& [one, other] : {std::pair(left, right), std::pair(right, left)}) {
    if (one.Is(TypeKind::Null)) {
      return Type::Optional(other);
    }
    if (one.Is(TypeKind::Optional) && !other.Is(TypeKind::Optional) && Join(one.item(), other) == one.item()) {
      return one;
    }
  }
  return std::nullopt;
}

bool FitsAsIs(const Type& from, const Type& to) {
  if (from == to || from.Is(TypeKind::Never) || to.Is(TypeKind::Json)) {
    return true;
  }
  if (to.Is(TypeKind::Optional)) {
    return from.Is(TypeKind::Null) || (!from.Is(TypeKind::Optional) && FitsAsIs(from, to.item()));
  }
  if (!from.Is(TypeKind::List) || !to.Is(TypeKind::List)) {
    return false;
  }
  // A list's items convert only where they are no items at all: `[]`, `[[]]`.
  return from.item().Is(TypeKind::Never) || (from.item().Is(TypeKind::List) && FitsAsIs(from.item(), to.item()));
}

bool ContainsJson(const Program& program, const Type& type) {
  std::set<std::string> visited;
  return HasJson(program, type, visited);
}

}  // namespace plait::sema
