// Arguments to their parameters.

#include <algorithm>

#include "compiler/sema/body_checker.h"
#include "compiler/sema/fold.h"

namespace plait::sema {

BoundArguments BodyChecker::BindArguments(const Callee& callee, const std::vector<ast::Argument>& arguments, const Span& call_span) {
  Placement placement = PlaceArguments(callee, arguments);
  const std::vector<Parameter>& parameters = callee.signature->parameters;
  std::vector<const Parameter*> missing;
  BoundArguments bound{{}, std::move(placement.lets), std::move(placement.inference)};
  for (size_t i = 0; i < parameters.size(); ++i) {
    if (placement.values[i]) {
      bound.values.push_back(*placement.values[i]);
    } else if (parameters[i].default_value) {
      bound.values.push_back(AddDefault(bound.inference.Known(parameters[i].type), *parameters[i].default_value, call_span));
    } else {
      bound.values.push_back(AddError(call_span));
      if (!placement.is_meant[i]) {
        missing.push_back(&parameters[i]);
      }
    }
  }
  if (!missing.empty()) {
    ReportMissing(callee, missing, call_span);
  }
  return bound;
}

/// A faulty default was left null, whatever its type.
ExprId BodyChecker::AddDefault(const Type& type, const Value& value, const Span& span) {
  bool may_be_null = type.Is(TypeKind::Optional) || type.Is(TypeKind::Null) || type.Is(TypeKind::Json);
  return value.is_null() && !may_be_null ? AddError(span) : Add(type, span, Constant{value});
}

BodyChecker::Placement BodyChecker::NoArguments(const Signature& signature) {
  size_t count = signature.parameters.size();
  Placement placement{{}, std::vector<std::optional<ExprId>>(count), std::vector<bool>(count), {}, {}};
  for (size_t i = 0; i < count; ++i) {
    placement.indices.try_emplace(signature.parameters[i].name, i);
  }
  return placement;
}

BodyChecker::Placement BodyChecker::PlaceArguments(const Callee& callee, const std::vector<ast::Argument>& arguments) {
  const std::vector<Parameter>& parameters = callee.signature->parameters;
  Placement placement = NoArguments(*callee.signature);
  std::vector<Span> places(parameters.size());
  bool after_named = false;
  for (size_t position = 0; position < arguments.size(); ++position) {
    const ast::Argument& argument = arguments[position];
    std::optional<size_t> index =
        argument.name ? PlaceByName(callee, argument, placement) : PlaceByPosition(callee, argument, position, after_named, placement);
    after_named = after_named || argument.name.has_value();
    if (!index) {
      continue;
    }
    const Parameter& parameter = parameters[*index];
    if (placement.values[*index]) {
      Report(MakeDiagnostic(DiagnosticKind::ArgumentOrder, argument.span, "`{}` is given twice", parameter.name)
                 .Also(places[*index], "first given here"));
      Check(argument.value);
      placement.is_meant.assign(placement.is_meant.size(), true);
      continue;
    }
    places[*index] = argument.span;
    Expectation want{parameter.type, parameter.span,
                     fmt::format("`{}` of `{}` is `{}`", parameter.name, callee.name, parameter.type.ToString())};
    placement.values[*index] = CheckArgument(argument.value, want, placement);
  }
  return placement;
}

ExprId BodyChecker::CheckArgument(ast::ExprId argument, const Expectation& want, Placement& placement) {
  const auto* selector = argument.has_value() ? std::get_if<ast::Selector>(&tree().exprs[argument].node) : nullptr;
  const Type& wanted = WithoutOptional(want.type);
  if (!HasVariable(want.type) && !HasDimVariable(want.type)) {
    bool takes_keys = selector != nullptr && wanted.Is(TypeKind::List);
    return takes_keys ? Convert(CheckSelector(*selector, tree().exprs[argument].span, placement.values[0], placement.lets), want)
                      : CheckAs(argument, want);
  }
  if (selector != nullptr && wanted.Is(TypeKind::List)) {
    return CheckInferred(CheckSelector(*selector, tree().exprs[argument].span, placement.values[0], placement.lets), want,
                         placement.inference);
  }
  Expectation known = want.Of(placement.inference.Known(want.type));
  return CheckInferred(Check(argument, HasVariable(known.type) ? nullptr : &known), want, placement.inference);
}

std::optional<size_t> BodyChecker::PlaceByName(const Callee& callee, const ast::Argument& argument, Placement& placement) {
  auto parameter = placement.indices.find(argument.name->text);
  if (parameter != placement.indices.end()) {
    return parameter->second;
  }
  parameter = placement.indices.find(ReportUnknownArgument(callee, argument));
  if (parameter != placement.indices.end()) {
    placement.is_meant[parameter->second] = true;
  }
  return std::nullopt;
}

std::optional<size_t> BodyChecker::PlaceByPosition(const Callee& callee, const ast::Argument& argument, size_t position, bool after_named,
                                                   Placement& placement) {
  if (!after_named && position < placement.values.size()) {
    return position;
  }
  if (after_named) {
    Report(MakeDiagnostic(DiagnosticKind::ArgumentOrder, argument.span, "an argument without a name stands after a named one")
               .Fix("put it before the named ones, or give it its name"));
    placement.is_meant.assign(placement.is_meant.size(), true);
  } else {
    ReportTooMany(callee, argument);
  }
  Check(argument.value);
  return std::nullopt;
}

/// Gives the name of the parameter that was probably meant, or an empty one.
std::string BodyChecker::ReportUnknownArgument(const Callee& callee, const ast::Argument& argument) {
  const ast::Word& name = *argument.name;
  // What a selector means depends on the parameter.
  bool is_selector = std::holds_alternative<ast::Selector>(tree().exprs[argument.value].node);
  ExprId value = is_selector ? AddError(argument.span) : Check(argument.value);
  if (name.text.empty()) {
    return "";  // the parser has said what is wrong there
  }
  Diagnostic diagnostic = MakeDiagnostic(DiagnosticKind::UnknownArgument, name.span, "`{}` has no parameter `{}`", callee.name, name.text);
  if (program_.reporter.is_full(name.span.file)) {
    Report(std::move(diagnostic));
    return "";
  }
  std::vector<std::string> names;
  std::ranges::transform(callee.signature->parameters, std::back_inserter(names), &Parameter::name);
  std::string list = names.empty() ? "no parameters" : fmt::format("parameters: {}", Listed(names));
  if (callee.signature->span.file.has_value()) {
    diagnostic.secondary.push_back({callee.signature->span, "declared here; " + list});
  } else {
    diagnostic.notes.push_back(std::move(list));
  }
  std::optional<std::string> near = program_.reporter.Suggest(name.text, names);
  if (near) {
    diagnostic.fixes.push_back({fmt::format("did you mean `{}`?", *near), name.span, *near});
  } else if (callee.is_users_own && !TypeOf(value).is_error()) {
    std::optional<Value> constant = Fold(function_.exprs, value).value;
    std::string declaration = fmt::format("{}: {}{}", name.text, TypeOf(value).ToString(), constant ? " = " + ToJson(*constant) : "");
    diagnostic.fixes.push_back({fmt::format("declare `{}` in `{}`, or drop the argument", declaration, callee.name), {}, ""});
  } else {
    diagnostic.fixes.push_back({"drop the argument", {}, ""});
  }
  Report(std::move(diagnostic));
  return near.value_or("");
}

void BodyChecker::ReportTooMany(const Callee& callee, const ast::Argument& argument) {
  size_t count = callee.signature->parameters.size();
  Diagnostic diagnostic =
      MakeDiagnostic(DiagnosticKind::ArgumentOrder, argument.span, "`{}` takes {} argument{}", callee.name, count, count == 1 ? "" : "s");
  if (callee.signature->span.file.has_value()) {
    diagnostic.secondary.push_back({callee.signature->span, "declared here"});
  }
  Report(std::move(diagnostic));
}

void BodyChecker::ReportMissing(const Callee& callee, const std::vector<const Parameter*>& missing, const Span& call_span) {
  std::vector<std::string> words;
  std::ranges::transform(missing, std::back_inserter(words), [](const Parameter* parameter) {
    return parameter->type.is_error() ? fmt::format("`{}`", parameter->name)
                                      : fmt::format("`{}: {}`", parameter->name, parameter->type.ToString());
  });
  Diagnostic diagnostic =
      MakeDiagnostic(DiagnosticKind::MissingArgument, call_span, "`{}` is called without {}", callee.name, Listed(words));
  if (callee.signature->span.file.has_value()) {
    diagnostic.secondary.push_back({callee.signature->span, "declared here"});
  }
  Report(std::move(diagnostic));
}

}  // namespace plait::sema
