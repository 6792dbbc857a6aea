// Tests in the language: what calls answer, the steps, and what must hold.

#include <algorithm>

#include "compiler/sema/body_checker.h"
#include "compiler/sema/constants.h"
#include "compiler/sema/stages.h"

namespace plait::sema {
namespace {

const Type kBool = Type::Of(TypeKind::Bool);
const Type kJson = Type::Of(TypeKind::Json);

/// The failures that a test may name, as it spells them.
constexpr std::pair<std::string_view, FailureKind> kFailures[] = {
    {"timeout", FailureKind::DeadlineExceeded},      {"unavailable", FailureKind::Unavailable},
    {"cancelled", FailureKind::Cancelled},           {"out_of_memory", FailureKind::OutOfMemory},
    {"prompt_too_long", FailureKind::PromptTooLong}, {"argument_range", FailureKind::ArgumentRange},
    {"index_range", FailureKind::IndexRange},        {"arithmetic", FailureKind::Arithmetic},
    {"cast_failed", FailureKind::CastFailed},
};

bool IsName(const ast::Expr& expr, std::string_view text) {
  const auto* name = std::get_if<ast::Name>(&expr.node);
  return name != nullptr && name->text == text;
}

std::optional<Operation> ComparisonOf(ast::BinaryOp op) {
  switch (op) {
    case ast::BinaryOp::Equal:
      return Operation::Equal;
    case ast::BinaryOp::NotEqual:
      return Operation::NotEqual;
    case ast::BinaryOp::Less:
      return Operation::Less;
    case ast::BinaryOp::LessEqual:
      return Operation::LessEqual;
    case ast::BinaryOp::Greater:
      return Operation::Greater;
    case ast::BinaryOp::GreaterEqual:
      return Operation::GreaterEqual;
    default:
      return std::nullopt;
  }
}

/// What a test writes down for what a call gives as a stream: its pieces.
Type PiecesOf(const Type& type) { return type.Is(TypeKind::Stream) ? Type::List(type.item()) : type; }

/// What a test writes down for what a call is given as a stream: the whole text, or the pieces of others.
Type WholeOf(const Type& type) { return type.Is(TypeKind::Stream) && type.item().Is(TypeKind::String) ? type.item() : PiecesOf(type); }

}  // namespace

void CheckTests(Program& program) {
  for (const TestInfo& info : program.tests) {
    Test test;
    test.name = info.decl->name.text;
    test.span = info.span;
    test.body.signature.name = "test";
    test.body.signature.result = Type::List(kJson);
    test.body.signature.span = info.decl->name.span;
    BodyChecker checker(program, {ModuleId{0}, std::nullopt}, BodyChecker::Use::Test, test.body);
    checker.DeclareParameters({});
    checker.CheckTest(*info.decl, test);
    program.result.tests.push_back(std::move(test));
  }
}

void BodyChecker::CheckTest(const ast::Test& test, Test& result) {
  std::vector<ExprId> outcomes;
  Block body;
  for (const auto& step : test.steps) {
    if (const auto* let = std::get_if<ast::Let>(&step)) {
      CheckLet(*let, body);
    } else if (const auto* given = std::get_if<ast::Given>(&step)) {
      CheckGiven(*given, result);
    } else {
      CheckExpect(std::get<ast::Expect>(step), result, outcomes);
    }
  }
  bool checks_nothing = result.expects.empty() && !tree().has_errors && !program_.reporter.has_errors();
  if (checks_nothing) {
    Report(MakeDiagnostic(DiagnosticKind::Unused, test.name.span, "the test {} expects nothing", QuoteJson(test.name.text)));
  }
  LeaveScope();
  body.value = Add(Type::List(kJson), test.name.span, MakeList{std::move(outcomes)});
  function_.body = std::move(body);
}

// What calls answer -------------------------------------------------------------------------------------------------------------------

void BodyChecker::CheckGiven(const ast::Given& given, Test& test) {
  std::optional<TestedCall> callee = FindTestedCall(given.callee);
  if (!callee) {
    MarkUsed(given.result);
    return;
  }
  const Signature& signature = SignatureOf(program_.result, *callee);
  Callee named{given.callee.ToString(), &signature, {}, false};
  Given result{*callee, std::vector<std::optional<Value>>(signature.parameters.size()), Value(), given.span};
  Placement placement = NoArguments(signature);
  bool after_named = false;
  for (size_t position = 0; position < given.arguments.size(); ++position) {
    const ast::Argument& argument = given.arguments[position];
    std::optional<size_t> index =
        argument.name ? PlaceByName(named, argument, placement) : PlaceByPosition(named, argument, position, after_named, placement);
    after_named = after_named || argument.name.has_value();
    bool matches_anything = argument.value.has_value() && IsName(tree().exprs[argument.value], "_");
    if (!index || matches_anything || !argument.value.has_value()) {
      continue;
    }
    const Parameter& parameter = signature.parameters[*index];
    result.arguments[*index] =
        EvaluateConstant(program_, around_, argument.value,
                         {WholeOf(parameter.type), parameter.span,
                          fmt::format("`{}` of `{}` is `{}`", parameter.name, named.name, parameter.type.ToString())});
  }
  if (auto answer = ReadAnswer(given.result, signature)) {
    result.answer = *std::move(answer);
    test.givens.push_back(std::move(result));
  }
}

/// `Service.api`, `Service.model.method`, `Service.model` where that has a signature of its own, or either behind a module.
std::optional<TestedCall> BodyChecker::FindTestedCall(const ast::Path& path) {
  std::vector<ast::Word> words = path.words;
  const Symbol* symbol = words.empty() ? nullptr : FindName(program_, around_, Space::Callable, words[0].text);
  if (symbol == nullptr && words.size() > 2) {
    const Symbol* outer = FindName(program_, around_, Space::Type, words[0].text);
    std::optional<ModuleId> module = outer != nullptr ? UseModule(program_, around_.module, *outer) : std::nullopt;
    symbol = module ? program_.modules[*module].scope.Find(Space::Callable, words[1].text) : nullptr;
    words.erase(words.begin());
  }
  if (symbol == nullptr && !words.empty()) {
    ReportUnknown(words[0]);
    return std::nullopt;
  }
  bool is_service = symbol != nullptr && symbol->kind == SymbolKind::Service && (words.size() == 2 || words.size() == 3);
  if (!is_service) {
    if (symbol != nullptr && symbol->kind != SymbolKind::Unavailable) {
      Report(MakeDiagnostic(DiagnosticKind::NotCallable, path.span, "a test answers and counts calls of an api or of a model's method")
                 .Fix("write `Service.api` or `Service.model.method`"));
    }
    return std::nullopt;
  }
  ServiceId service{symbol->index};
  const Symbol* member = program_.services[service.index].scope.Find(Space::Callable, words[1].text);
  if (words.size() == 2 && member != nullptr && member->kind == SymbolKind::Model && IsInline(ModelId{member->index})) {
    program_.models[member->index].is_used = true;
    return TestedCall{std::nullopt, ModelId{member->index}, 0};
  }
  if (words.size() == 2) {
    std::optional<Callee> callee = ResolveApi(service, words[1]);
    return callee ? std::optional(TestedCall{std::get<FunctionId>(callee->target), {}, 0}) : std::nullopt;
  }
  const Symbol* model = member;
  if (model == nullptr || model->kind != SymbolKind::Model) {
    std::vector<std::string> names;
    std::ranges::transform(program_.result.services[service].models, std::back_inserter(names),
                           [&](ModelId id) { return program_.result.models[id].name; });
    ReportUnknownMethod(words[1], fmt::format("the service `{}` has no model", program_.result.services[service].name), names,
                        program_.result.services[service].span);
    return std::nullopt;
  }
  std::optional<Callee> callee = ResolveMethod(ModelId{model->index}, words[2]);
  if (!callee) {
    return std::nullopt;
  }
  const auto& method = std::get<ModelMethod>(callee->target);
  return TestedCall{std::nullopt, method.model, method.method};
}

const ast::Call* BodyChecker::CallOf(ast::ExprId id, std::string_view name) {
  const auto* call = id.has_value() ? std::get_if<ast::Call>(&tree().exprs[id].node) : nullptr;
  return call != nullptr && call->callee.has_value() && IsName(tree().exprs[call->callee], name) ? call : nullptr;
}

/// A constant of the callee's type, or `fail(kind)`.
std::optional<std::variant<Value, FailureKind>> BodyChecker::ReadAnswer(ast::ExprId id, const Signature& signature) {
  if (const ast::Call* fail = CallOf(id, "fail")) {
    if (fail->arguments.size() != 1) {
      Report(MakeDiagnostic(DiagnosticKind::MissingArgument, tree().exprs[id].span, "`fail` wants one kind of failure")
                 .Fix("write `fail(timeout)`"));
      return std::nullopt;
    }
    std::optional<FailureKind> kind = ReadFailureKind(fail->arguments[0].value);
    return kind ? std::optional<std::variant<Value, FailureKind>>(*kind) : std::nullopt;
  }
  Expectation want{PiecesOf(signature.result), signature.span, fmt::format("`{}` gives `{}`", signature.name, signature.result.ToString())};
  std::optional<Value> value = EvaluateConstant(program_, around_, id, want);
  return value ? std::optional<std::variant<Value, FailureKind>>(*std::move(value)) : std::nullopt;
}

std::optional<FailureKind> BodyChecker::ReadFailureKind(ast::ExprId id) {
  if (!id.has_value()) {
    return std::nullopt;
  }
  const ast::Expr& expr = tree().exprs[id];
  const auto* name = std::get_if<ast::Name>(&expr.node);
  std::vector<std::string> known;
  for (const auto& [word, kind] : kFailures) {
    if (name != nullptr && name->text == word) {
      return kind;
    }
    known.emplace_back(word);
  }
  Diagnostic diagnostic = MakeDiagnostic(DiagnosticKind::UnknownName, expr.span, "this is no kind of failure");
  std::optional<std::string> near = name != nullptr ? program_.reporter.Suggest(name->text, known) : std::nullopt;
  if (near) {
    diagnostic.fixes.push_back({fmt::format("did you mean `{}`?", *near), expr.span, *near});
  } else {
    diagnostic.notes.push_back(fmt::format("kinds: {}", fmt::join(known, ", ")));
  }
  Report(std::move(diagnostic));
  return std::nullopt;
}

// What must hold ----------------------------------------------------------------------------------------------------------------------

void BodyChecker::CheckExpect(const ast::Expect& expect, Test& test, std::vector<ExprId>& outcomes) {
  if (!expect.condition.has_value() || CheckDegraded(expect, test) || CheckCallCount(expect, test)) {
    return;
  }
  if (std::optional<ExprId> fails = CheckFails(expect, test)) {
    outcomes.push_back(OutcomeOf(*fails));
    return;
  }
  ExprId condition = CheckAs(expect.condition, {kBool, {}, ""});
  Expect result;
  result.span = expect.span;
  test.expects.push_back(result);
  outcomes.push_back(OutcomeOf(condition));
}

/// `degraded` or `not degraded`.
bool BodyChecker::CheckDegraded(const ast::Expect& expect, Test& test) {
  const ast::Expr* expr = &tree().exprs[expect.condition];
  const auto* negation = std::get_if<ast::Unary>(&expr->node);
  bool is_negated = negation != nullptr && negation->op == ast::UnaryOp::Not && negation->operand.has_value();
  expr = is_negated ? &tree().exprs[negation->operand] : expr;
  if (!IsName(*expr, "degraded") || bindings_.Find(Space::Data, "degraded") != nullptr) {
    return false;
  }
  Expect result;
  result.kind = ExpectKind::Degraded;
  result.is_wanted = !is_negated;
  result.span = expect.span;
  test.expects.push_back(result);
  return true;
}

/// `calls(Service.api) == 2`: what it counts needs a `given`, so that it remains a call.
bool BodyChecker::CheckCallCount(const ast::Expect& expect, Test& test) {
  const auto* binary = std::get_if<ast::Binary>(&tree().exprs[expect.condition].node);
  const ast::Call* calls = binary != nullptr ? CallOf(binary->left, "calls") : CallOf(expect.condition, "calls");
  if (calls == nullptr) {
    return false;
  }
  std::optional<Operation> comparison = binary != nullptr ? ComparisonOf(binary->op) : std::nullopt;
  std::optional<ast::Path> path = calls->arguments.size() == 1 ? PathOf(calls->arguments[0].value) : std::nullopt;
  if (!comparison || !path) {
    Report(MakeDiagnostic(DiagnosticKind::SyntaxError, expect.span, "a number of calls is compared with a number")
               .Fix("write `expect calls(Service.api) == 2`"));
    return true;
  }
  Expect result;
  result.kind = ExpectKind::Calls;
  result.comparison = *comparison;
  result.span = expect.span;
  std::optional<TestedCall> callee = FindTestedCall(*path);
  std::optional<int64_t> count = ReadCount(binary->right, "a number of calls", 0);
  if (!callee || !count) {
    return true;
  }
  bool is_answered = std::ranges::any_of(test.givens, [&](const Given& given) { return given.callee == *callee; });
  if (callee->api && !is_answered) {
    Report(MakeDiagnostic(DiagnosticKind::GivenGap, path->span, "calls of `{}` are counted only where a `given` before answers them",
                          path->ToString())
               .Fix("count the calls of the models in it: `calls(Service.model.method)`"));
    return true;
  }
  result.callee = *callee;
  result.count = *count;
  test.expects.push_back(result);
  return true;
}

std::optional<ast::Path> BodyChecker::PathOf(ast::ExprId id) {
  if (!id.has_value()) {
    return std::nullopt;
  }
  const ast::Expr& expr = tree().exprs[id];
  if (const auto* name = std::get_if<ast::Name>(&expr.node)) {
    return ast::Path{{{name->text, expr.span}}, expr.span};
  }
  const auto* field = std::get_if<ast::Field>(&expr.node);
  std::optional<ast::Path> path = field != nullptr && !field->is_optional ? PathOf(field->base) : std::nullopt;
  if (path) {
    path->words.push_back(field->name);
    path->span = expr.span;
  }
  return path;
}

/// `fails(call)` or `fails(call, kind)`.
std::optional<ExprId> BodyChecker::CheckFails(const ast::Expect& expect, Test& test) {
  const ast::Call* fails = CallOf(expect.condition, "fails");
  if (fails == nullptr) {
    return std::nullopt;
  }
  Expect result;
  result.kind = ExpectKind::Fails;
  result.span = expect.span;
  bool has_call = !fails->arguments.empty() && fails->arguments.size() <= 2 && fails->arguments[0].value.has_value() &&
                  std::holds_alternative<ast::Call>(tree().exprs[fails->arguments[0].value].node);
  if (!has_call) {
    Report(MakeDiagnostic(DiagnosticKind::MissingArgument, expect.span, "`fails` wants a call, and perhaps a kind of failure")
               .Fix("write `expect fails(Service.api(…), timeout)`"));
    return AddError(expect.span);
  }
  if (fails->arguments.size() == 2) {
    result.failure = ReadFailureKind(fails->arguments[1].value);
  }
  ExprId call = Check(fails->arguments[0].value);
  if (TypeOf(call).Is(TypeKind::Stream)) {
    call = Collected(call, SpanOf(call));  // a stream fails where it is read
  }
  test.expects.push_back(result);
  return TypeOf(call).is_error() ? call : Add(kBool, expect.span, Fails{call});
}

/// What the runner needs to say what was seen.
ExprId BodyChecker::OutcomeOf(ExprId condition) {
  MakeRecord outcome{{"holds"}, {condition}};
  const Span span = SpanOf(condition);
  const auto* apply = std::get_if<Apply>(&function_.exprs[condition].node);
  if (apply != nullptr && (IsComparison(apply->operation) || apply->operation == Operation::In)) {
    outcome.names = {"holds", "left", "right"};
    outcome.values = {condition, apply->operands[0], apply->operands[1]};
  }
  return Add(TypeOf(condition).is_error() ? Type() : kJson, span, std::move(outcome));
}

}  // namespace plait::sema
