// What may fail: `as`, guards, and the bounded loop.

#include <algorithm>

#include "compiler/sema/body_checker.h"
#include "compiler/sema/constants.h"
#include "compiler/sema/settings.h"
#include "compiler/sema/types.h"
#include "compiler/sema/words_in.h"

namespace plait::sema {
namespace {

/// How deep lists of numbers or bools nest, or how many dimensions a tensor has.
std::optional<size_t> RankOf(const Type& type) {
  if (type.Is(TypeKind::Tensor)) {
    return type.dims().size();
  }
  size_t depth = 0;
  const Type* inner = &type;
  while (inner->Is(TypeKind::List)) {
    inner = &inner->item();
    ++depth;
  }
  bool is_element = inner->is_number() || inner->Is(TypeKind::Bool);
  return is_element && depth > 0 ? std::optional(depth) : std::nullopt;
}

/// What `as` can make of a value without knowing it.
bool CanCast(const Type& from, const Type& to) {
  if (from.Is(TypeKind::Json)) {
    return !to.Is(TypeKind::Stream);
  }
  const Type& goal = WithoutOptional(to);
  if (from.Is(TypeKind::Tensor) || goal.Is(TypeKind::Tensor)) {
    std::optional<size_t> rank = RankOf(from);
    return (rank && rank == RankOf(goal)) || FitsAsIs(from, to);
  }
  if (from.Is(TypeKind::Union)) {
    return std::ranges::any_of(from.members(), [&](const Type::Field& member) { return FitsAsIs(member.type, goal); });
  }
  bool is_text = (from.Is(TypeKind::String) && goal.Is(TypeKind::Enum)) || (from.Is(TypeKind::Enum) && goal.Is(TypeKind::String));
  return is_text || (from.is_number() && goal.is_number()) || FitsAsIs(from, to);
}

}  // namespace

ExprId BodyChecker::Of(const ast::Cast& node, const At& at) {
  ExprId operand = Check(node.operand);
  Type to = ResolveType(program_, around_, node.type);
  const Type from = TypeOf(operand);
  if (from.is_error() || to.is_error()) {
    return AddError(at.span);
  }
  if (from.Is(TypeKind::Optional) && !to.Is(TypeKind::Optional)) {
    ReportMismatch(operand, {to, {}, ""});
    return AddError(at.span);
  }
  if (!CanCast(WithoutOptional(from), to)) {
    Report(MakeDiagnostic(DiagnosticKind::TypeMismatch, SpanOf(operand), "`as` makes no `{}` of `{}`", to.ToString(), from.ToString())
               .Note("it checks `json`, and turns a string into an enum, a number into another kind of number, a union into a member, and "
                     "lists of "
                     "numbers into a tensor of as many dimensions and back"));
    return AddError(at.span);
  }
  return Add(std::move(to), at.span, Cast{operand});
}

ExprId BodyChecker::Of(const ast::Guarded& node, const At& at) { return CheckGuards(Check(node.operand), node.guards, at); }

/// The guards of a call or cast that is already checked.
ExprId BodyChecker::CheckGuards(ExprId call, const ast::Guards& guards, const At& at) {
  Guarded result;
  result.call = call;
  bool is_faulty = false;
  if (guards.within) {
    result.within_ms = ReadDuration(*guards.within);
    is_faulty = !result.within_ms;
  }
  if (guards.retry) {
    std::optional<int64_t> retries = ReadCount(*guards.retry, "`retry`", 0);
    is_faulty = is_faulty || !retries;
    result.retries = retries.value_or(0);
  }
  const Type type = TypeOf(call);
  if (!guards.otherwise) {
    return is_faulty || type.is_error() ? AddError(at.span) : Add(type, at.span, result);
  }
  const Expectation like_call{type, {}, ""};
  ExprId fallback = Check(*guards.otherwise, at.want != nullptr || type.is_error() ? at.want : &like_call);
  if (is_faulty || type.is_error() || TypeOf(fallback).is_error()) {
    return AddError(at.span);
  }
  if (at.want != nullptr) {
    result.call = Convert(call, *at.want);
    result.fallback = Convert(fallback, *at.want);
    return Add(at.want->type, at.span, result);
  }
  std::vector<ExprId> values = {call, fallback};
  std::optional<Type> joined = Unify(values);
  if (!joined) {
    return AddError(at.span);
  }
  result.call = values[0];
  result.fallback = values[1];
  return Add(*std::move(joined), at.span, result);
}

std::optional<int64_t> BodyChecker::ReadDuration(ast::ExprId id) {
  if (!id.has_value()) {
    return std::nullopt;
  }
  std::optional<int64_t> duration = ReadAmount(program_, tree().exprs[id], {ast::UnitKind::Duration, "within", "ms", "200ms"});
  if (!duration) {
    MarkUsed(id);
  }
  return duration;
}

std::optional<int64_t> BodyChecker::ReadCount(ast::ExprId id, std::string_view what, int64_t least) {
  constexpr int64_t kMost = 1'000'000;
  if (!id.has_value()) {
    return std::nullopt;
  }
  for (std::string_view word : WordsIn(tree(), id)) {
    if (const Binding* binding = bindings_.Use(Space::Data, word)) {
      Report(MakeDiagnostic(DiagnosticKind::NotConstant, tree().exprs[id].span, "{} takes a constant, and `{}` is known only in a request",
                            what, word)
                 .Also(binding->span, "declared here"));
      return std::nullopt;
    }
  }
  std::optional<Value> value = EvaluateConstant(program_, around_, id, {Type::Of(TypeKind::Int), {}, ""});
  if (!value) {
    return std::nullopt;
  }
  if (value->AsInt() < least || value->AsInt() > kMost) {
    Report(MakeDiagnostic(DiagnosticKind::NumberRange, tree().exprs[id].span, "{} takes a number from {} to {}, found {}", what, least,
                          kMost, value->AsInt()));
    return std::nullopt;
  }
  return value->AsInt();
}

ExprId BodyChecker::Of(const ast::Repeat& node, const At& at) {
  std::optional<int64_t> limit = ReadCount(node.bound, "the bound of a loop", 1);
  ExprId initial = Check(node.initial, at.want);
  if (at.want != nullptr) {
    initial = Convert(initial, *at.want);
  }
  Type type = at.want != nullptr && !TypeOf(initial).is_error() ? at.want->type : TypeOf(initial);
  if (type.Is(TypeKind::Null)) {
    if (!IsForeignNull(node.initial)) {
      Report(MakeDiagnostic(DiagnosticKind::UntypedLiteral, SpanOf(initial), "nothing tells what `{}` is when it is not null",
                            node.state.text));
    }
    type = {};
  }
  bindings_.Enter();
  Repeat loop;
  loop.limit = limit.value_or(1);
  loop.initial = initial;
  loop.state = DeclareLocal(node.state, type, BindingKind::Variable);
  loop.condition = CheckAs(node.condition, {Type::Of(TypeKind::Bool), {}, ""});
  Expectation next{type, node.state.span, fmt::format("`{}` is `{}`", node.state.text, type.ToString())};
  loop.body = CheckBlock(node.body, &next);
  LeaveScope();
  return limit && !type.is_error() ? Add(type, at.span, std::move(loop)) : AddError(at.span);
}

}  // namespace plait::sema
