// Bringing a value to the type that its place wants, or saying why it does not fit.

#include <algorithm>
#include <cmath>
#include <set>

#include "compiler/sema/body_checker.h"
#include "compiler/sema/constants.h"
#include "compiler/sema/types.h"

namespace plait::sema {
namespace {

/// An int that a float cannot hold as it is.
bool IsTooPreciseForFloat(int64_t value) {
  constexpr int64_t kExact = int64_t{1} << 53;
  if (value >= -kExact && value <= kExact) {
    return false;
  }
  auto rounded = static_cast<double>(value);
  return rounded >= 0x1p63 || static_cast<int64_t>(rounded) != value;
}

/// How the value could be made to fit, in words; empty where nothing simple does.
std::string HintFor(const Type& from, const Type& to) {
  if (from.Is(TypeKind::Null)) {
    return fmt::format("let it be absent: `{}?`", to.ToString());
  }
  if (to.Is(TypeKind::Tensor) && (from.Is(TypeKind::List) || from.Is(TypeKind::Tensor))) {
    return fmt::format("make one: `… as {}`", to.ToString());
  }
  if (from.Is(TypeKind::Tensor) && to.Is(TypeKind::List)) {
    return fmt::format("make lists of it: `… as {}`", to.ToString());
  }
  if (from.Is(TypeKind::List) && FitsAsIs(from.item(), to)) {
    return "take one item of the list: `[0]`";
  }
  if (from.Is(TypeKind::Stream)) {
    bool is_text = from.item().Is(TypeKind::String) && to.Is(TypeKind::String);
    return is_text ? "take it in whole: `text.join(…)` gives the text" : std::string(kCollectStream);
  }
  if (to.Is(TypeKind::Stream) && from.Is(TypeKind::List)) {
    return "make a stream of it: `list.stream(…)`";
  }
  if (to.Is(TypeKind::List) && FitsAsIs(from, to.item())) {
    return "put it into a list: `[…]`";
  }
  if (to.Is(TypeKind::String) && (from.is_number() || from.Is(TypeKind::Bool))) {
    return "write it into a text: `f\"{…}\"`";
  }
  if (from.Is(TypeKind::List) && to.Is(TypeKind::List) && from.item().Is(TypeKind::Int) && to.item().Is(TypeKind::Float)) {
    return "widen each item: `[x * 1.0 for x in …]`";
  }
  return "";
}

}  // namespace

ExprId BodyChecker::Convert(ExprId value, const Expectation& want) {
  const Type from = TypeOf(value);
  const Type& to = want.type;
  if (from.is_error() || to.is_error() || FitsAsIs(from, to)) {
    return value;
  }
  const Type& goal = WithoutOptional(to);
  if (from.Is(TypeKind::Tensor) && goal.Is(TypeKind::Tensor)) {
    return ConvertTensor(value, want, goal);
  }
  if (from.Is(TypeKind::Int) && goal.Is(TypeKind::Float)) {
    return Widen(value);
  }
  if (from.Is(TypeKind::Anonymous) && goal.is_record()) {
    if (std::optional<std::vector<RecordField>> fields = FieldsToFill(from, goal, SpanOf(value))) {
      return ConvertFields(value, goal, *fields, want);
    }
  }
  ReportMismatch(value, want);
  return AddError(SpanOf(value));
}

/// The fields of a record that a value with the fields of `from` can fill, whatever their order: all that have no default, and no other.
std::optional<std::vector<RecordField>> BodyChecker::FieldsToFill(const Type& from, const Type& goal, const Span& span) {
  std::vector<RecordField> fields;
  if (goal.Is(TypeKind::Anonymous)) {
    std::ranges::transform(goal.fields(), std::back_inserter(fields),
                           [](const Type::Field& field) { return RecordField{field.name, field.type, std::nullopt}; });
  } else if (EvaluateRecordDefaults(program_, program_.record_indices.find(goal.name())->second, span)) {
    fields = program_.result.types.records[goal.name()];
  }
  std::set<std::string_view> left;
  std::ranges::for_each(from.fields(), [&](const Type::Field& field) { left.insert(field.name); });
  for (const RecordField& field : fields) {
    if (left.erase(field.name) == 0 && !field.default_value) {
      return std::nullopt;
    }
  }
  return left.empty() ? std::optional(std::move(fields)) : std::nullopt;
}

/// Fills each field from the field of that name.
ExprId BodyChecker::ConvertFields(ExprId value, const Type& goal, const std::vector<RecordField>& fields, const Expectation& want) {
  const Type from = TypeOf(value);
  const Span span = SpanOf(value);
  const auto* node = std::get_if<Constant>(&function_.exprs[value].node);
  const std::optional<Value> constant = node != nullptr ? std::optional(node->value) : std::nullopt;
  std::vector<Block::Let> lets;
  LocalId local = constant ? LocalId{} : HoldInLocal(value, "record", lets);
  MakeRecord made;
  for (const RecordField& field : fields) {
    auto given = std::ranges::find(from.fields(), field.name, &Type::Field::name);
    made.names.push_back(field.name);
    if (given == from.fields().end()) {
      made.values.push_back(AddDefault(field.type, *field.default_value, span));
      continue;
    }
    ExprId part = constant ? Add(given->type, span, Constant{*constant->Field(field.name)})
                           : Add(given->type, span, FieldOf{Add(from, span, LocalRef{local}), field.name});
    std::string why = fmt::format("`{}` of `{}` is `{}`", field.name, goal.ToString(), field.type.ToString());
    made.values.push_back(Convert(part, {field.type, want.place, std::move(why)}));
  }
  return WithLets(std::move(lets), Add(goal, span, std::move(made)));
}

ExprId BodyChecker::Widen(ExprId value) {
  const Span span = SpanOf(value);
  const auto* constant = std::get_if<Constant>(&function_.exprs[value].node);
  if (constant != nullptr && constant->value.is_int() && IsTooPreciseForFloat(constant->value.AsInt())) {
    Report(MakeDiagnostic(DiagnosticKind::NumberRange, span, "{} is not exactly a float", constant->value.AsInt())
               .Note("a float holds every int only up to 9007199254740992"));
    return AddError(span);
  }
  return Add(Type::Of(TypeKind::Float), span, Apply{Operation::ToFloat, {value}});
}

/// Whether another branch of the same `if` has missed the type in the same way, which has been reported. Notes that this one does.
bool BodyChecker::IsMissedElsewhere(ExprId value, const Expectation& want) {
  if (branch_values_.empty() || std::ranges::find(branch_values_.back().tails, SpanOf(value)) == branch_values_.back().tails.end()) {
    return false;
  }
  std::vector<std::pair<Type, Type>>& missed = branch_values_.back().missed;
  std::pair<Type, Type> types(TypeOf(value), want.type);
  bool is_known = std::ranges::find(missed, types) != missed.end();
  missed.push_back(std::move(types));
  return is_known;
}

void BodyChecker::ReportMismatch(ExprId value, const Expectation& want) {
  if (IsMissedElsewhere(value, want)) {
    return;
  }
  const Type from = TypeOf(value);
  bool is_optional = from.Is(TypeKind::Optional) && Join(from.item(), want.type) == want.type;
  bool is_union = from.Is(TypeKind::Union) &&
                  std::ranges::any_of(from.members(), [&](const Type::Field& member) { return FitsAsIs(member.type, want.type); });
  Diagnostic diagnostic =
      is_union ? MakeDiagnostic(DiagnosticKind::UnionUnhandled, SpanOf(value), "expected `{}`, found one of `{}`", want.type.ToString(),
                                from.ToString())
      : is_optional
          ? MakeDiagnostic(DiagnosticKind::OptionalUnhandled, SpanOf(value), "expected `{}`, found `{}`, which may be null",
                           want.type.ToString(), from.ToString())
          : MakeDiagnostic(DiagnosticKind::TypeMismatch, SpanOf(value), "expected `{}`, found `{}`", want.type.ToString(), from.ToString());
  if (want.place.file.has_value()) {
    diagnostic.secondary.push_back({want.place, want.why});
  }
  if (is_optional) {
    diagnostic.notes.emplace_back(kNarrowOptional);
  } else if (is_union) {
    diagnostic.notes.emplace_back(kNarrowUnion);
  } else if (from.Is(TypeKind::Json)) {
    diagnostic.fixes.push_back({fmt::format("check it: `… as {}`", want.type.ToString()), {}, ""});
  } else if (want.type.Is(TypeKind::Enum) && from.Is(TypeKind::String)) {
    diagnostic.fixes.push_back({fmt::format("write a variant, `{0}.…`, or check a text: `… as {0}`", want.type.name()), {}, ""});
  } else if (std::string hint = HintFor(from, want.type); !hint.empty()) {
    diagnostic.fixes.push_back({std::move(hint), {}, ""});
  }
  Report(std::move(diagnostic));
}

std::optional<Type> BodyChecker::Unify(std::vector<ExprId>& values) {
  Type joined = TypeOf(values[0]);
  for (size_t i = 1; i < values.size(); ++i) {
    std::optional<Type> next = Join(joined, TypeOf(values[i]));
    if (!next) {
      Report(MakeDiagnostic(DiagnosticKind::TypeMismatch, SpanOf(values[i]), "expected `{}` as before, found `{}`", joined.ToString(),
                            TypeOf(values[i]).ToString())
                 .Also(SpanOf(values[0]), fmt::format("this is `{}`", TypeOf(values[0]).ToString())));
      return std::nullopt;
    }
    joined = *std::move(next);
  }
  for (ExprId& value : values) {
    value = Convert(value, {joined, {}, ""});
  }
  return joined;
}

}  // namespace plait::sema
