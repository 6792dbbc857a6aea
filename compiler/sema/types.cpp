#include "compiler/sema/types.h"

#include <algorithm>
#include <set>

#include "compiler/sema/constants.h"
#include "compiler/syntax/parse.h"

namespace plait::sema {
namespace {

bool AreAmbiguous(const Program& program, const Type& left, const Type& right);

std::optional<Type> Simple(std::string_view word) {
  for (TypeKind kind : {TypeKind::Bool, TypeKind::Int, TypeKind::Float, TypeKind::String, TypeKind::Bytes, TypeKind::Json}) {
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
    if (std::holds_alternative<ast::StreamType>(type.node) && !program_.modules[around_.module].is_standard) {
      program_.reporter.Report(MakeDiagnostic(DiagnosticKind::StreamPlacement, type.span, "a stream cannot stand here")
                                   .Note("it is read once, so only a `let`, a parameter or a result is one, and nothing holds one")
                                   .Fix("let it be a list, and collect the stream for it: `collect(…)`"));
      return {};
    }
    return ResolveAny(id);
  }

  Type ResolveAny(ast::TypeId id) {
    if (!id.has_value()) {
      return {};
    }
    const ast::Type& type = program_.modules[around_.module].tree->types[id];
    return std::visit([&](const auto& node) { return Of(node, type.span); }, type.node);
  }

 private:
  Type Of(const ast::ErrorType& /*node*/, const Span& /*span*/) { return {}; }
  Type Of(const ast::NullType& /*node*/, const Span& /*span*/) { return Type::Of(TypeKind::Null); }
  Type Of(const ast::UnionType& node, const Span& span) {
    if (node.members.size() > kMaxNesting) {
      program_.reporter.Report(MakeDiagnostic(DiagnosticKind::NestedTooDeep, span, "this union has {} members, and the limit is {}",
                                              node.members.size(), kMaxNesting));
      return {};
    }
    std::vector<Type> members;
    for (ast::TypeId member : node.members) {
      members.push_back(Resolve(member));
      if (members.back().is_error()) {
        return {};
      }
    }
    Type all = Type::Union(members);
    const Type& bare = WithoutOptional(all);
    return bare.Is(TypeKind::Union) && ReportAmbiguous(bare, span) ? Type() : all;
  }

  /// Two members whose values JSON does not tell apart.
  bool ReportAmbiguous(const Type& all, const Span& span) {
    const std::vector<Type::Field>& members = all.members();
    for (size_t i = 0; i < members.size(); ++i) {
      for (size_t j = 0; j < i; ++j) {
        if (AreAmbiguous(program_, members[j].type, members[i].type)) {
          program_.reporter.Report(MakeDiagnostic(DiagnosticKind::AmbiguousUnion, span, "nothing tells `{}` from `{}` in JSON",
                                                  members[j].type.ToString(), members[i].type.ToString())
                                       .Note("members differ by their kind in JSON, or by the names of their required fields"));
          return true;
        }
      }
    }
    return false;
  }

  Type Of(const ast::MapType& node, const Span& /*span*/) {
    Type item = Resolve(node.item);
    return item.is_error() ? Type() : Type::Map(std::move(item));
  }
  Type Of(const ast::StreamType& node, const Span& /*span*/) {
    Type item = Resolve(node.item);
    return item.is_error() ? Type() : Type::Stream(std::move(item));
  }
  Type Of(const ast::TensorType& node, const Span& span) {
    const std::string& element = node.element.text;
    bool is_variable = program_.modules[around_.module].is_standard && element == "E";
    if (!is_variable && !ElementTypeFromName(element)) {
      program_.reporter.Report(MakeDiagnostic(DiagnosticKind::UnknownName, node.element.span, "`{}` is no type of elements", element)
                                   .Note(fmt::format("there are {}", ElementTypeNames())));
      return {};
    }
    if (node.dims.size() > kMaxTensorRank) {
      program_.reporter.Report(MakeDiagnostic(DiagnosticKind::NestedTooDeep, span, "this tensor has {} dimensions, and the limit is {}",
                                              node.dims.size(), kMaxTensorRank));
      return {};
    }
    std::vector<std::string> dims;
    for (const ast::Word& dim : node.dims) {
      std::optional<std::string> known = ResolveDim(dim);
      if (!known) {
        return {};
      }
      dims.push_back(*std::move(known));
    }
    return Type::Tensor(element, std::move(dims));
  }

  /// A size in digits, a variable, or `_`. A name with a capital is a const's; so is a small one that a template has as a parameter.
  std::optional<std::string> ResolveDim(const ast::Word& dim) {
    bool is_number = !dim.text.empty() && dim.text[0] >= '0' && dim.text[0] <= '9';
    bool is_capital = !dim.text.empty() && dim.text[0] >= 'A' && dim.text[0] <= 'Z';
    if (is_number) {
      std::optional<int64_t> size = ParseSize(dim.text);
      return size ? std::optional(fmt::format("{}", *size)) : RefuseSize(dim.span, dim.text);
    }
    const Symbol* symbol = FindName(program_, around_, Space::Data, dim.text);
    if (symbol == nullptr || symbol->kind != SymbolKind::Const) {
      if (is_capital) {
        program_.reporter.Report(
            MakeDiagnostic(DiagnosticKind::UnknownName, dim.span, "no const is called `{}`", dim.text)
                .Note("a dimension with a capital is a const; one with a small letter has any size, the same within a call"));
        return std::nullopt;
      }
      return dim.text;
    }
    const ConstInfo& info = EvaluateConst(program_, symbol->index, dim.span);
    if (info.type.is_error()) {
      return std::nullopt;
    }
    if (!info.value.is_int() || info.value.AsInt() < 0 || info.value.AsInt() > kMaxTensorElements) {
      return RefuseSize(dim.span, ToJson(info.value));
    }
    return fmt::format("{}", info.value.AsInt());
  }

  static std::optional<int64_t> ParseSize(std::string_view text) {
    int64_t size = 0;
    for (char c : text) {
      if (c == '_') {
        continue;
      }
      if (c < '0' || c > '9' || size > kMaxTensorElements) {
        return std::nullopt;
      }
      size = size * 10 + (c - '0');
    }
    return size <= kMaxTensorElements ? std::optional(size) : std::nullopt;
  }

  std::optional<std::string> RefuseSize(const Span& span, std::string_view found) {
    program_.reporter.Report(MakeDiagnostic(DiagnosticKind::NumberRange, span, "a dimension is a whole number from 0 to {}, found {}",
                                            kMaxTensorElements, found));
    return std::nullopt;
  }

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
    if (node.fields.size() == 1 && node.fields[0].name.text == "string") {
      program_.reporter.Report(
          MakeDiagnostic(DiagnosticKind::MapOrRecord, node.fields[0].name.span, "this is a record with a field `string`")
              .Fix(fmt::format("if a map is meant, write `map<{}>`", fields[0].type.ToString())));
    }
    return is_faulty ? Type() : Type::Anonymous(std::move(fields));
  }

  Type Of(const ast::PathType& node, const Span& /*span*/) {
    const ast::Path& path = node.path;
    if (path.words.size() == 1) {
      const std::string& word = path.words[0].text;
      if (program_.modules[around_.module].is_standard && word.size() == 1 && word[0] >= 'A' && word[0] <= 'Z') {
        return Type::Variable(word);
      }
      if (std::optional<Type> simple = Simple(word)) {
        return *simple;
      }
    }
    std::optional<FoundSymbol> found = ResolvePath(program_, around_, path, Space::Type);
    if (!found || found->symbol.kind == SymbolKind::Unavailable) {
      return {};
    }
    if (found->symbol.kind == SymbolKind::Enum) {
      return Type::Enum(program_.enums[found->symbol.index].name);
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

enum class JsonKind : uint8_t { Bool, Number, String, List, Object, Any };

JsonKind JsonKindOf(const Type& type) {
  switch (type.kind()) {
    case TypeKind::Bool:
      return JsonKind::Bool;
    case TypeKind::Int:
    case TypeKind::Float:
      return JsonKind::Number;
    case TypeKind::String:
    case TypeKind::Bytes:
    case TypeKind::Enum:
      return JsonKind::String;
    case TypeKind::List:
    case TypeKind::Tensor:
      return JsonKind::List;
    case TypeKind::Map:
    case TypeKind::Record:
    case TypeKind::Anonymous:
      return JsonKind::Object;
    default:
      return JsonKind::Any;
  }
}

/// The names of fields that must be there.
std::set<std::string> RequiredFields(const Program& program, const Type& type) {
  std::set<std::string> names;
  if (type.Is(TypeKind::Anonymous)) {
    for (const Type::Field& field : type.fields()) {
      if (!field.type.Is(TypeKind::Optional)) {
        names.insert(field.name);
      }
    }
    return names;
  }
  // Types of fields may not be known yet, so the declaration is asked.
  auto index = program.record_indices.find(type.name());
  if (index == program.record_indices.end()) {
    return names;
  }
  const RecordInfo& info = program.records[index->second];
  const ast::Module& tree = *program.modules[info.module].tree;
  for (const ast::RecordField& field : info.decl->fields) {
    bool is_optional =
        field.default_value || (field.type.has_value() && std::holds_alternative<ast::OptionalType>(tree.types[field.type].node));
    if (!is_optional) {
      names.insert(field.name.text);
    }
  }
  return names;
}

bool AreAmbiguous(const Program& program, const Type& left, const Type& right) {
  JsonKind kind = JsonKindOf(left);
  if (left.Is(TypeKind::Stream) != right.Is(TypeKind::Stream)) {
    return false;  // the standard library's parameters, which take either
  }
  if (kind == JsonKind::Any || JsonKindOf(right) == JsonKind::Any) {
    return true;
  }
  if (kind != JsonKindOf(right)) {
    return false;
  }
  return !left.is_record() || !right.is_record() || RequiredFields(program, left) == RequiredFields(program, right);
}

}  // namespace

Type ResolveType(Program& program, const Surroundings& around, ast::TypeId type) { return TypeResolver(program, around).Resolve(type); }

Type ResolveStreamType(Program& program, const Surroundings& around, ast::TypeId type) {
  return TypeResolver(program, around).ResolveAny(type);
}

namespace {

/// Of one element type and number of dimensions; those that differ may be any.
std::optional<Type> JoinTensors(const Type& left, const Type& right) {
  if (left.name() != right.name() || left.dims().size() != right.dims().size()) {
    return std::nullopt;
  }
  std::vector<std::string> dims = left.dims();
  for (size_t i = 0; i < dims.size(); ++i) {
    dims[i] = dims[i] == right.dims()[i] ? dims[i] : kAnyDim;
  }
  return Type::Tensor(left.name(), std::move(dims));
}

/// Where the dimensions are the same, or any will do.
bool TensorFits(const Type& from, const Type& to) {
  bool fits = from.name() == to.name() && from.dims().size() == to.dims().size();
  for (size_t i = 0; fits && i < from.dims().size(); ++i) {
    fits = to.dims()[i] == kAnyDim || from.dims()[i] == to.dims()[i];
  }
  return fits;
}

}  // namespace

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
  if (left.Is(TypeKind::Tensor) && right.Is(TypeKind::Tensor)) {
    return JoinTensors(left, right);
  }
  for (const auto& [one, other] : {std::pair(left, right), std::pair(right, left)}) {
    if (one.Is(TypeKind::Null)) {
      return Type::Optional(other);
    }
    if (one.Is(TypeKind::Optional) && !other.Is(TypeKind::Optional)) {
      if (Join(one.item(), other) == one.item()) {
        return one;
      }
      if (FitsAsIs(one.item(), other)) {
        return Type::Optional(other);
      }
    }
  }
  return std::nullopt;
}

bool FitsAsIs(const Type& from, const Type& to) {
  if (from == to || from.Is(TypeKind::Never) || (to.Is(TypeKind::Json) && !from.Is(TypeKind::Stream))) {
    return true;
  }
  if (to.Is(TypeKind::Optional)) {
    return from.Is(TypeKind::Null) || FitsAsIs(WithoutOptional(from), to.item());
  }
  if (to.Is(TypeKind::Union)) {
    auto has = [&](const Type& member) {
      return std::ranges::any_of(to.members(), [&](const Type::Field& field) { return FitsAsIs(member, field.type); });
    };
    return from.Is(TypeKind::Union) ? std::ranges::all_of(from.members(), [&](const Type::Field& field) { return has(field.type); })
                                    : has(from);
  }
  if (from.Is(TypeKind::Tensor) && to.Is(TypeKind::Tensor)) {
    return TensorFits(from, to);
  }
  bool is_same_container = from.kind() == to.kind() && (from.Is(TypeKind::List) || from.Is(TypeKind::Map));
  if (!is_same_container) {
    return false;
  }
  // Items convert only where they are no items at all: `[]`, `[[]]`.
  return from.item().Is(TypeKind::Never) || (from.item().Is(TypeKind::List) && FitsAsIs(from.item(), to.item()));
}

}  // namespace plait::sema
