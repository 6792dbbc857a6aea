#include "compiler/sema/constants.h"

#include <algorithm>

#include "compiler/sema/fold.h"
#include "compiler/sema/types.h"
#include "compiler/sema/words_in.h"

namespace plait::sema {
namespace {

struct TypedValue {
  Type type;
  Value value;
};

/// Constants that share their parts are small here, but not where they are written out.
bool IsTooLarge(Program& program, const Value& value, const Span& span) {
  size_t limit = std::min(kMaxConstantParts, program.constant_parts_left);
  size_t parts = CountParts(value, limit);
  if (parts > limit) {
    program.reporter.Report(
        limit == kMaxConstantParts
            ? MakeDiagnostic(DiagnosticKind::TooLarge, span, "this constant has more than {} parts", kMaxConstantParts)
            : MakeDiagnostic(DiagnosticKind::TooLarge, span, "the constants have more than {} parts together", kMaxConstantParts * 16));
    return true;
  }
  program.constant_parts_left -= parts;
  return false;
}

/// As the type that is wanted, or of its own.
std::optional<TypedValue> Evaluate(Program& program, const Surroundings& around, ast::ExprId expr, const Expectation* want,
                                   const std::vector<Parameter>& visible) {
  Function scratch;
  BodyChecker checker(program, around, BodyChecker::Use::Constant, scratch);
  bool has_names = !visible.empty() && !WordsIn(*program.modules[around.module].tree, expr).empty();
  checker.DeclareParameters(has_names ? visible : std::vector<Parameter>());
  ExprId checked = want != nullptr ? checker.CheckAs(expr, *want) : checker.Check(expr);
  Folded folded = Fold(scratch.exprs, checked);
  if (folded.fault) {
    program.reporter.Report(*std::move(folded.fault));
  }
  if (!folded.value || IsTooLarge(program, *folded.value, scratch.exprs[checked].span)) {
    return std::nullopt;
  }
  return TypedValue{scratch.exprs[checked].type, *std::move(folded.value)};
}

}  // namespace

std::optional<Value> EvaluateConstant(Program& program, const Surroundings& around, ast::ExprId expr, const Expectation& want,
                                      const std::vector<Parameter>& visible) {
  std::optional<TypedValue> result = Evaluate(program, around, expr, &want, visible);
  return result ? std::optional(std::move(result->value)) : std::nullopt;
}

std::vector<std::optional<Value>> EvaluateArguments(Program& program, const Surroundings& around, const Callee& callee,
                                                    const std::vector<ast::Argument>& arguments, const Span& span) {
  Function scratch;
  BodyChecker checker(program, around, BodyChecker::Use::Constant, scratch);
  checker.DeclareParameters({});
  std::vector<std::optional<Value>> values;
  for (ExprId argument : checker.BindArguments(callee, arguments, span).values) {
    Folded folded = Fold(scratch.exprs, argument);
    if (folded.fault) {
      program.reporter.Report(*std::move(folded.fault));
    }
    values.push_back(std::move(folded.value));
  }
  return values;
}

const ConstInfo& EvaluateConst(Program& program, size_t index, const Span& use) {
  ConstInfo& info = program.consts[index];
  if (info.progress == Progress::Active) {
    program.reporter.Report(MakeDiagnostic(DiagnosticKind::NotConstant, use, "the value of `{}` needs itself", info.decl->name.text)
                                .Also(info.decl->name.span, "declared here"));
    info.progress = Progress::Done;
  }
  if (info.progress == Progress::Done) {
    return info;
  }
  info.progress = Progress::Active;
  Surroundings around{info.module, std::nullopt};
  std::optional<TypedValue> result;
  if (info.decl->type) {
    Type type = ResolveType(program, around, *info.decl->type);
    const Span& span = program.modules[info.module].tree->types[*info.decl->type].span;
    Expectation want{type, span, fmt::format("`{}` is declared `{}`", info.decl->name.text, type.ToString())};
    result = Evaluate(program, around, info.decl->value, &want, {});
    info.type = type;
  } else {
    result = Evaluate(program, around, info.decl->value, nullptr, {});
    info.type = result ? result->type : Type();
  }
  // A const in a circle was finished with its fault.
  if (!result) {
    info.type = {};
  } else {
    info.value = std::move(result->value);
  }
  info.progress = Progress::Done;
  return info;
}

bool EvaluateRecordDefaults(Program& program, size_t index, const Span& use) {
  RecordInfo& info = program.records[index];
  if (info.progress == Progress::Active) {
    program.reporter.Report(
        MakeDiagnostic(DiagnosticKind::NotConstant, use, "a default of `{}` needs the defaults of `{}` itself", info.name, info.name));
    return false;
  }
  if (info.progress == Progress::Done) {
    return true;
  }
  info.progress = Progress::Active;
  Surroundings around{info.module, std::nullopt};
  for (size_t i = 0; i < info.fields.size(); ++i) {
    const ast::RecordField& field = *info.fields[i];
    if (field.default_value) {
      const Type type = program.result.types.records[info.name][i].type;
      Expectation want{type, field.name.span, fmt::format("`{}` is `{}`", field.name.text, type.ToString())};
      std::optional<Value> value = EvaluateConstant(program, around, *field.default_value, want);
      // A faulty default still lets a literal leave the field out.
      program.result.types.records[info.name][i].default_value = value.value_or(Value());
    }
  }
  program.records[index].progress = Progress::Done;
  return true;
}

}  // namespace plait::sema
