// `match`: a chain of tests on one value, first arm first, and what the arms leave out.

#include <algorithm>

#include "compiler/sema/body_checker.h"
#include "compiler/sema/match_cases.h"
#include "compiler/sema/types.h"

namespace plait::sema {
namespace {

const Type kBool = Type::Of(TypeKind::Bool);

}  // namespace

/// A local that holds the value, so that it is computed once; the lets for it go to `lets`.
LocalId BodyChecker::HoldInLocal(ExprId value, std::string_view name, std::vector<Block::Let>& lets) {
  if (const auto* reference = std::get_if<LocalRef>(&function_.exprs[value].node)) {
    return reference->local;
  }
  LocalId local = function_.locals.Add({std::string(name), TypeOf(value), SpanOf(value)});
  lets.push_back({local, value});
  return local;
}

ExprId BodyChecker::WithLets(std::vector<Block::Let> lets, ExprId value) {
  if (lets.empty()) {
    return value;
  }
  const Type type = TypeOf(value);
  const Span span = SpanOf(value);
  return Add(type, span, LetIn{{std::move(lets), value}});
}

ExprId BodyChecker::Of(const ast::Match& node, const At& at) {
  ExprId subject = Check(node.subject);
  const Type type = TypeOf(subject);
  bool cannot_match = type.is_error() || node.arms.empty() || RefuseSubject(subject);
  if (cannot_match) {
    MarkUsed(at.id);
    return AddError(at.span);
  }
  MatchedValue value{{}, type, SpanOf(subject)};
  std::vector<Block::Let> lets;
  value.local = HoldInLocal(subject, "matched", lets);
  MatchCases cases(program_.result.types, type);
  std::vector<CheckedArm> arms;
  for (const ast::Arm& arm : node.arms) {
    arms.push_back(CheckArm(arm, value, cases, at.want));
  }
  Span word{at.span.file, at.span.begin, at.span.begin + 5};
  if (std::vector<std::string> missing = cases.Missing(); !missing.empty()) {
    Report(MakeDiagnostic(DiagnosticKind::MatchMissing, word, "nothing is said for {}", Listed(missing))
               .Also(value.span, fmt::format("this is `{}`", type.ToString()))
               .Fix("add arms for them, or `_ => …` for all others"));
    return AddError(at.span);
  }
  if (std::ranges::any_of(arms, &CheckedArm::is_faulty)) {
    return AddError(at.span);
  }
  return WithLets(std::move(lets), ChainArms(arms, at));
}

bool BodyChecker::RefuseSubject(ExprId subject) {
  const Type& type = TypeOf(subject);
  if (type.Is(TypeKind::Json)) {
    Report(MakeDiagnostic(DiagnosticKind::JsonUnchecked, SpanOf(subject),
                          "`match` wants to know what its cases are, and `json` may be anything")
               .Fix("say what it is first: `match x as float | string { … }`"));
    return true;
  }
  return false;
}

BodyChecker::CheckedArm BodyChecker::CheckArm(const ast::Arm& arm, const MatchedValue& value, MatchCases& cases, const Expectation* want) {
  bindings_.Enter();
  size_t narrowed_before = narrowed_.size();
  CheckedArm checked;
  bool takes_some = false;
  for (const ast::Pattern& pattern : arm.patterns) {
    std::optional<PatternTest> test = CheckPattern(pattern, arm.patterns.size() > 1, value);
    if (!test) {
      checked.is_faulty = true;
      continue;
    }
    takes_some = cases.Take(test->covers, !arm.condition) || takes_some;
    if (!test->condition) {
      checked.test = std::nullopt;
      checked.is_certain = true;
    } else if (!checked.is_certain) {
      checked.test = checked.test ? Either(*checked.test, *test->condition, pattern.span) : *test->condition;
    }
  }
  if (checked.is_faulty) {
    cases.TakeUnknown();
  } else if (!takes_some) {
    Report(MakeDiagnostic(DiagnosticKind::UnreachableArm, arm.span, "earlier arms take all that this one would"));
  }
  if (arm.condition) {
    ExprId condition = CheckAs(*arm.condition, {kBool, {}, ""});
    checked.test = checked.test ? Both(*checked.test, condition, arm.span) : condition;
    checked.is_certain = false;
  }
  checked.body = CheckInner(arm.body, want);
  LeaveScope();
  narrowed_.resize(narrowed_before);
  return checked;
}

/// if first { true } else { second }
ExprId BodyChecker::Either(ExprId first, ExprId second, const Span& span) {
  ExprId yes = Add(kBool, span, Constant{Value::Bool(true)});
  return Add(kBool, span, If{first, {{}, yes}, {{}, second}});
}

/// if first { second } else { false }
ExprId BodyChecker::Both(ExprId first, ExprId second, const Span& span) {
  ExprId no = Add(kBool, span, Constant{Value::Bool(false)});
  return Add(kBool, span, If{first, {{}, second}, {{}, no}});
}

ExprId BodyChecker::ChainArms(std::vector<CheckedArm>& arms, const At& at) {
  Type type;
  if (at.want != nullptr) {
    type = at.want->type;
  } else {
    std::vector<ExprId> values;
    std::ranges::transform(arms, std::back_inserter(values), [](const CheckedArm& arm) { return arm.body.value; });
    type = Unify(values).value_or(Type());
    for (size_t i = 0; i < arms.size(); ++i) {
      arms[i].body.value = values[i];
    }
  }
  // The cases are all covered, so the last arm that can be reached needs no test.
  size_t last = 0;
  while (last + 1 < arms.size() && !arms[last].is_certain) {
    ++last;
  }
  Block rest = std::move(arms[last].body);
  for (size_t i = last; i-- > 0;) {
    ExprId branch = Add(type, at.span, If{*arms[i].test, std::move(arms[i].body), std::move(rest)});
    rest = {{}, branch};
  }
  return rest.lets.empty() ? rest.value : Add(type, at.span, LetIn{std::move(rest)});
}

// Patterns ----------------------------------------------------------------------------------------------------------------------------

std::optional<BodyChecker::PatternTest> BodyChecker::CheckPattern(const ast::Pattern& pattern, bool is_alternative,
                                                                  const MatchedValue& value) {
  if (const auto* literal = std::get_if<ast::ExprId>(&pattern.node)) {
    return CheckLiteralPattern(*literal, value);
  }
  const ast::Path& path = std::get<ast::Path>(pattern.node);
  if (path.words.empty()) {
    return std::nullopt;  // the parser has said what is wrong there
  }
  bool is_name = path.words.size() == 1;
  if (pattern.type) {
    return CheckTypePattern(pattern, is_alternative, value);
  }
  if (is_name && path.words[0].text == "_") {
    return PatternTest{std::nullopt, MatchCases::Everything()};
  }
  return CheckNamedPattern(path, value);
}

std::optional<BodyChecker::PatternTest> BodyChecker::CheckTypePattern(const ast::Pattern& pattern, bool is_alternative,
                                                                      const MatchedValue& value) {
  const ast::Path& path = std::get<ast::Path>(pattern.node);
  Type tested = ResolveType(program_, around_, *pattern.type);
  if (tested.is_error()) {
    return std::nullopt;
  }
  MatchCases::Covered covers = MatchCases::OfType(program_.result.types, value.type, tested);
  if (covers.cases.empty()) {
    Report(MakeDiagnostic(DiagnosticKind::TypeMismatch, tree().types[*pattern.type].span, "the value is never `{}`", tested.ToString())
               .Also(value.span, fmt::format("this is `{}`", value.type.ToString())));
    return std::nullopt;
  }
  bool binds = path.words.size() == 1 && path.words[0].text != "_";
  if (path.words.size() > 1 || (binds && is_alternative)) {
    Report(MakeDiagnostic(DiagnosticKind::SyntaxError, path.span, "{}",
                          binds ? "alternatives of one arm give no name; write `_: …`" : "a name for the value is one word"));
    return std::nullopt;
  }
  if (binds) {
    Declare(path.words[0], BindingKind::Variable, value.local);
    narrowed_.emplace_back(value.local, tested);
  }
  if (FitsAsIs(value.type, tested)) {
    return PatternTest{std::nullopt, MatchCases::Everything()};
  }
  ExprId subject = Add(value.type, pattern.span, LocalRef{value.local});
  return PatternTest{Add(kBool, pattern.span, Is{subject, tested}), std::move(covers)};
}

std::optional<BodyChecker::PatternTest> BodyChecker::CheckLiteralPattern(ast::ExprId id, const MatchedValue& value) {
  ExprId literal = Check(id);
  const Type type = TypeOf(literal);
  if (type.is_error()) {
    return std::nullopt;
  }
  Folded folded = Fold(function_.exprs, literal);
  if (!folded.value) {
    return std::nullopt;
  }
  return TestEquality(*folded.value, type, SpanOf(literal), value);
}

/// A variant of an enum, bare or with the enum's name, or a constant.
std::optional<BodyChecker::PatternTest> BodyChecker::CheckNamedPattern(const ast::Path& path, const MatchedValue& value) {
  const ast::Word& last = path.words.back();
  for (const Type& member : MatchCases::Members(value.type)) {
    if (!member.Is(TypeKind::Enum)) {
      continue;
    }
    const std::vector<EnumVariant>& variants = program_.result.types.enums[member.name()];
    auto variant = std::ranges::find(variants, last.text, &EnumVariant::name);
    bool is_of_enum = path.words.size() == 1 || EnumBefore(path) == member.name();
    if (variant != variants.end() && is_of_enum) {
      return TestEquality(Value::String(variant->label), member, path.span, value);
    }
  }
  if (const Symbol* symbol = path.words.size() == 1 ? FindName(program_, around_, Space::Data, last.text) : nullptr) {
    ExprId constant = ConstantOf(*symbol, path.span);
    Folded folded = Fold(function_.exprs, constant);
    if (!folded.value) {
      return std::nullopt;
    }
    return TestEquality(*folded.value, TypeOf(constant), path.span, value);
  }
  ReportUnknownPattern(path, value);
  return std::nullopt;
}

void BodyChecker::ReportUnknownPattern(const ast::Path& path, const MatchedValue& value) {
  std::vector<std::string> names;
  for (const Type& member : MatchCases::Members(value.type)) {
    if (member.Is(TypeKind::Enum)) {
      std::ranges::transform(program_.result.types.enums[member.name()], std::back_inserter(names), &EnumVariant::name);
    }
  }
  const std::string& word = path.words.back().text;
  Diagnostic diagnostic = MakeDiagnostic(DiagnosticKind::UnknownName, path.span, "`{}` is no variant or constant", path.ToString())
                              .Also(value.span, fmt::format("this is `{}`", value.type.ToString()));
  if (std::optional<std::string> near = program_.reporter.Suggest(word, names)) {
    diagnostic.fixes.push_back({fmt::format("did you mean `{}`?", *near), path.words.back().span, *near});
  } else if (!names.empty()) {
    diagnostic.notes.push_back(fmt::format("its variants: {}", Listed(names)));
  } else if (path.words.size() == 1) {
    diagnostic.fixes.push_back({fmt::format("to give the value this name, say its type: `{}: {}`", word, value.type.ToString()), {}, ""});
  }
  Report(std::move(diagnostic));
}

std::optional<BodyChecker::PatternTest> BodyChecker::TestEquality(const Value& literal, const Type& type, const Span& span,
                                                                  const MatchedValue& value) {
  std::optional<Type> member = MatchCases::MemberFor(value.type, type);
  if (!member) {
    Report(
        MakeDiagnostic(DiagnosticKind::TypeMismatch, span, "expected a pattern of `{}`, found `{}`", value.type.ToString(), type.ToString())
            .Also(value.span, fmt::format("this is `{}`", value.type.ToString())));
    return std::nullopt;
  }
  if (type.Is(TypeKind::Float)) {
    Report(MakeDiagnostic(DiagnosticKind::FloatEquality, span, "floats are rarely equal to the last bit"));
  }
  Value wanted = member->Is(TypeKind::Float) && literal.is_int() ? Value::Float(literal.AsNumber()) : literal;
  bool is_null = literal.is_null();
  ExprId subject = Add(value.type, span, LocalRef{value.local});
  const Type narrow = is_null ? value.type : *member;
  ExprId compared = narrow == value.type ? subject : Add(narrow, span, LocalRef{value.local});
  ExprId constant = Add(is_null ? Type::Of(TypeKind::Null) : *member, span, Constant{wanted});
  ExprId equal = Add(kBool, span, Apply{Operation::Equal, {compared, constant}});
  // A value of another member, or none, is not to be compared.
  bool needs_test = !is_null && !(narrow == value.type);
  ExprId condition = equal;
  if (needs_test) {
    ExprId is_member = Add(kBool, span, Is{subject, *member});
    condition = Both(is_member, equal, span);
  }
  return PatternTest{condition, MatchCases::OfValue(program_.result.types, *member, wanted)};
}

}  // namespace plait::sema
