// Names, blocks, branches, fields and indices.

#include <algorithm>

#include "compiler/base/nearest.h"
#include "compiler/sema/body_checker.h"
#include "compiler/sema/types.h"

namespace plait::sema {
namespace {

/// Far beyond what a person writes, and far below what the stack holds.
constexpr int kMaxDepth = 400;

}  // namespace

BodyChecker::BodyChecker(Program& program, const Surroundings& around, Use use, Function& function)
    : program_(program), around_(around), use_(use), function_(function) {}

void BodyChecker::DeclareParameters(const std::vector<Parameter>& parameters) {
  bindings_.Enter();
  for (const Parameter& parameter : parameters) {
    DeclareLocal({parameter.name, parameter.span}, parameter.type, BindingKind::Parameter);
    CollectDims(parameter.type, own_dims_);
  }
}

Block BodyChecker::CheckBody(const ast::Block& body, const Expectation& result) {
  Block block = CheckInner(body, &result);
  LeaveScope();
  return block;
}

ExprId BodyChecker::CheckAs(ast::ExprId id, const Expectation& want) { return Convert(Check(id, &want), want); }

ExprId BodyChecker::Check(ast::ExprId id, const Expectation* want) {
  if (!id.has_value()) {
    return AddError({});
  }
  const ast::Expr& expr = tree().exprs[id];
  if (program_.depth == kMaxDepth) {
    Report(MakeDiagnostic(DiagnosticKind::NestedTooDeep, expr.span, "this expression has more than {} levels", kMaxDepth)
               .Note("give its parts names with `let`"));
    MarkUsed(id);
    return AddError(expr.span);
  }
  ++program_.depth;
  ExprId result = CheckAny(id, want);
  --program_.depth;
  return result;
}

ExprId BodyChecker::CheckAny(ast::ExprId id, const Expectation* want) {
  const ast::Expr& expr = tree().exprs[id];
  return std::visit([&](const auto& node) { return Of(node, At{id, expr.span, want}); }, expr.node);
}

ExprId BodyChecker::Of(const ast::ErrorExpr& /*node*/, const At& at) { return AddError(at.span); }

ExprId BodyChecker::Of(const ast::Parenthesized& node, const At& at) { return Check(node.inner, at.want); }

ExprId BodyChecker::Of(const ast::Name& node, const At& at) {
  if (const Binding* binding = bindings_.Use(Space::Data, node.text)) {
    if (const auto* round = std::get_if<Value>(&binding->target)) {
      return Add(Type::Of(TypeKind::Int), at.span, Constant{*round});
    }
    LocalId local = std::get<LocalId>(binding->target);
    return Add(TypeOfLocal(local), at.span, LocalRef{local});
  }
  if (const Symbol* symbol = FindName(program_, around_, Space::Data, node.text)) {
    return ConstantOf(*symbol, at.span);
  }
  if (bindings_.Use(Space::Callable, node.text) != nullptr) {
    return NotAValue(at.span, node.text, {SymbolKind::Edge, 0, {}});
  }
  for (Space space : {Space::Callable, Space::Type}) {
    if (const Symbol* symbol = FindName(program_, around_, space, node.text)) {
      MarkUsed(node.text);
      return NotAValue(at.span, node.text, *symbol);
    }
  }
  ReportUnknown({node.text, at.span});
  return AddError(at.span);
}

// Blocks ------------------------------------------------------------------------------------------------------------------------------

Block BodyChecker::CheckBlock(const ast::Block& block, const Expectation* want) {
  bindings_.Enter();
  Block result = CheckInner(block, want);
  LeaveScope();
  return result;
}

Block BodyChecker::CheckInner(const ast::Block& block, const Expectation* want) {
  Block result;
  for (const ast::Let& let : block.lets) {
    CheckLet(let, result);
  }
  result.value = want != nullptr ? CheckAs(block.value, *want) : Check(block.value);
  return result;
}

/// `None`: one report is enough for it.
bool BodyChecker::IsForeignNull(ast::ExprId id) {
  const auto* null = id.has_value() ? std::get_if<ast::NullLiteral>(&tree().exprs[id].node) : nullptr;
  return null != nullptr && null->is_foreign;
}

void BodyChecker::CheckLet(const ast::Let& let, Block& block) {
  ExprId value;
  Type type;
  if (let.type) {
    type = ResolveStreamType(program_, around_, *let.type);
    value = CheckAs(let.value, {type, tree().types[*let.type].span, fmt::format("`{}` is declared `{}`", let.name.text, type.ToString())});
  } else {
    value = Check(let.value);
    type = TypeOf(value);
  }
  if (type.Is(TypeKind::Null)) {
    if (!IsForeignNull(let.value)) {
      Report(MakeDiagnostic(DiagnosticKind::UntypedLiteral, SpanOf(value), "nothing tells what `{}` is when it is not null", let.name.text)
                 .Fix(fmt::format("give it a type: `let {}: string? = null`", let.name.text)));
    }
    type = {};
  }
  block.lets.push_back({DeclareLocal(let.name, std::move(type), BindingKind::Let), value});
}

// Branches ----------------------------------------------------------------------------------------------------------------------------

/// Where the branches of an `if`, and of those that are its branches, give their values.
void BodyChecker::AddTails(const ast::If& node, std::vector<Span>& tails) {
  for (const ast::Block* block : {&node.then_block, &node.else_block}) {
    if (!block->value.has_value()) {
      continue;
    }
    const ast::Expr& value = tree().exprs[block->value];
    const auto* inner = std::get_if<ast::If>(&value.node);
    tails.push_back(value.span);
    if (inner != nullptr) {
      AddTails(*inner, tails);
    }
  }
}

ExprId BodyChecker::Of(const ast::If& node, const At& at) {
  bool is_tail = !branch_values_.empty() && std::ranges::find(branch_values_.back().tails, at.span) != branch_values_.back().tails.end();
  if (is_tail) {
    return CheckIf(node, at);
  }
  branch_values_.emplace_back();
  AddTails(node, branch_values_.back().tails);
  ExprId checked = CheckIf(node, at);
  branch_values_.pop_back();
  return checked;
}

ExprId BodyChecker::CheckIf(const ast::If& node, const At& at) {
  std::optional<std::pair<LocalId, bool>> narrowing = FindNarrowing(node.condition);
  If result;
  result.condition = CheckAs(node.condition, {Type::Of(TypeKind::Bool), {}, ""});
  auto check = [&](const ast::Block& block, bool is_first) {
    bool narrows = narrowing && narrowing->second == is_first;
    if (narrows) {
      narrowed_.emplace_back(narrowing->first, TypeOfLocal(narrowing->first).item());
    }
    Block checked = CheckBlock(block, at.want);
    if (narrows) {
      narrowed_.pop_back();
    }
    return checked;
  };
  result.then_block = check(node.then_block, true);
  result.else_block = check(node.else_block, false);
  if (at.want != nullptr) {
    return Add(at.want->type, at.span, std::move(result));
  }
  std::vector<ExprId> values = {result.then_block.value, result.else_block.value};
  std::optional<Type> type = Unify(values);
  result.then_block.value = values[0];
  result.else_block.value = values[1];
  return Add(type.value_or(Type()), at.span, std::move(result));
}

// Fields and indices ------------------------------------------------------------------------------------------------------------------

ExprId BodyChecker::Of(const ast::Field& node, const At& at) {
  if (std::optional<ExprId> variant = CheckVariant(node, at)) {
    return *variant;
  }
  if (node.is_optional) {
    return CheckOptionalField(node, at);
  }
  if (std::optional<ExprId> member = CheckModuleMember(node, at)) {
    return *member;
  }
  ExprId base = Check(node.base);
  const Type& type = TypeOf(base);
  if (type.is_error()) {
    return AddError(at.span);
  }
  if (type.Is(TypeKind::Json)) {
    return MemberOf(Operation::Member, base, Value::String(node.name.text), at.span);
  }
  return FieldOfValue(base, node.name, at.span);
}

ExprId BodyChecker::FieldOfValue(ExprId base, const ast::Word& name, const Span& span) {
  const Type& type = TypeOf(base);
  if (const RecordField* field = type.Is(TypeKind::Record) ? FindField(type.name(), name.text) : nullptr) {
    return Add(field->type, span, FieldOf{base, field->name});
  }
  if (type.Is(TypeKind::Anonymous)) {
    for (const Type::Field& field : type.fields()) {
      if (field.name == name.text) {
        return Add(field.type, span, FieldOf{base, field.name});
      }
    }
  }
  return ReportUnknownField(base, name);
}

const RecordField* BodyChecker::FindField(const std::string& record, std::string_view name) {
  const std::vector<RecordField>& fields = program_.result.types.records[record];
  auto [places, is_new] = program_.field_places.try_emplace(record);
  for (size_t i = 0; is_new && i < fields.size(); ++i) {
    places->second.try_emplace(fields[i].name, i);
  }
  auto place = places->second.find(name);
  return place == places->second.end() ? nullptr : &fields[place->second];
}

ExprId BodyChecker::ReportUnknownField(ExprId base, const ast::Word& name) {
  const Type& type = TypeOf(base);
  if (type.Is(TypeKind::Optional)) {
    Report(MakeDiagnostic(DiagnosticKind::OptionalUnhandled, name.span, "a value that may be null has no field `{}`", name.text)
               .Also(SpanOf(base), fmt::format("this is `{}`", type.ToString()))
               .Note(std::string(kNarrowOptional))
               .Fix(fmt::format("to get null where it is absent, write `?.{}`", name.text)));
    return AddError(name.span);
  }
  if (type.Is(TypeKind::Union)) {
    Report(MakeDiagnostic(DiagnosticKind::UnionUnhandled, name.span, "a value of several possible types has no field `{}`", name.text)
               .Also(SpanOf(base), fmt::format("this is `{}`", type.ToString()))
               .Note(std::string(kNarrowUnion)));
    return AddError(name.span);
  }
  std::vector<std::string> names;
  if (program_.reporter.is_full(name.span.file)) {
    names.clear();  // nobody will see them
  } else if (type.Is(TypeKind::Record)) {
    std::ranges::transform(program_.result.types.records[type.name()], std::back_inserter(names), &RecordField::name);
  } else if (type.Is(TypeKind::Anonymous)) {
    std::ranges::transform(type.fields(), std::back_inserter(names), &Type::Field::name);
  }
  Diagnostic diagnostic = MakeDiagnostic(DiagnosticKind::UnknownField, name.span, "`{}` has no field `{}`", type.ToString(), name.text);
  if (std::optional<std::string> near = program_.reporter.Suggest(name.text, names)) {
    diagnostic.fixes.push_back({fmt::format("did you mean `{}`?", *near), name.span, *near});
  } else if (bool has_length = type.Is(TypeKind::List) || type.Is(TypeKind::String);
             has_length && (name.text == "length" || name.text == "size" || name.text == "len")) {
    diagnostic.fixes.push_back({"write `len(…)`", {}, ""});
  } else if (!names.empty()) {
    diagnostic.notes.push_back(fmt::format("its fields: {}", Listed(names)));
  } else if (type.Is(TypeKind::List)) {
    diagnostic.fixes.push_back({"take one item, `[0]`, or every item's: `[x." + name.text + " for x in …]`", {}, ""});
  }
  Report(std::move(diagnostic));
  return AddError(name.span);
}

ExprId BodyChecker::Of(const ast::Index& node, const At& at) {
  ExprId base = Check(node.base);
  const Type type = TypeOf(base);
  if (type.Is(TypeKind::Map)) {
    return CheckMapIndex(base, node, at);
  }
  if (type.Is(TypeKind::Json)) {
    return CheckJsonIndex(base, node, at);
  }
  ExprId index = CheckAs(node.index, {Type::Of(TypeKind::Int), {}, ""});
  if (type.is_error() || TypeOf(index).is_error()) {
    return AddError(at.span);
  }
  if (type.Is(TypeKind::Optional)) {
    ReportMismatch(base, {type.item(), {}, ""});
    return AddError(at.span);
  }
  if (!type.Is(TypeKind::List) && !type.Is(TypeKind::Tensor)) {
    Report(MakeDiagnostic(DiagnosticKind::TypeMismatch, SpanOf(base),
                          "expected a list, a tensor or a map, found `{}`; only these have an index", type.ToString()));
    return AddError(at.span);
  }
  const auto* constant = std::get_if<Apply>(&function_.exprs[index].node);
  if (constant != nullptr && constant->operation == Operation::Negate) {
    Report(MakeDiagnostic(DiagnosticKind::NumberRange, SpanOf(index), "an index counts from the start of the list and is never negative")
               .Fix("for the last item write `xs[len(xs) - 1]`"));
  }
  return Add(type.Is(TypeKind::Tensor) ? RowOf(type) : type.item(), at.span, Apply{Operation::Index, {base, index}});
}

}  // namespace plait::sema
