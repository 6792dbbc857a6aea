// Types and defaults of records, constants, tasks and functions.

#include <algorithm>
#include <set>

#include "compiler/sema/constants.h"
#include "compiler/sema/signatures.h"
#include "compiler/sema/stages.h"
#include "compiler/sema/types.h"

namespace plait::sema {
namespace {

void ResolveFields(Program& program, uint32_t index) {
  RecordInfo& info = program.records[index];
  if (program.record_indices[info.name] != index) {
    return;  // a second record of that name, reported as such
  }
  std::vector<RecordField>& fields = program.result.types.records[info.name];
  std::map<std::string_view, Span> seen;
  for (const ast::RecordField& field : info.decl->fields) {
    auto [first, is_new] = seen.try_emplace(field.name.text, field.name.span);
    if (!is_new) {
      program.reporter.Report(MakeDiagnostic(DiagnosticKind::DuplicateName, field.name.span, "the field `{}` stands twice", field.name.text)
                                  .Also(first->second, "first here"));
      continue;
    }
    fields.push_back({field.name.text, ResolveType(program, {info.module, std::nullopt}, field.type), std::nullopt});
    info.fields.push_back(&field);
  }
}

/// The wire labels of an enum; a variant without one is its own.
void ResolveEnum(Program& program, const EnumInfo& info) {
  auto [entry, is_new] = program.result.types.enums.try_emplace(info.name);
  if (!is_new) {
    return;  // a second enum of that name, reported as such
  }
  std::vector<EnumVariant>& variants = entry->second;
  std::set<std::string> names;
  std::set<std::string> labels;
  for (const ast::EnumVariant& variant : info.decl->variants) {
    std::string label = variant.label.value_or(variant.name.text);
    bool has_name = names.contains(variant.name.text);
    if (has_name || labels.contains(label)) {
      program.reporter.Report(MakeDiagnostic(DiagnosticKind::DuplicateName, variant.name.span, "the {} {} stands twice in `{}`",
                                             has_name ? "variant" : "label",
                                             has_name ? fmt::format("`{}`", variant.name.text) : QuoteJson(label), info.name));
      continue;
    }
    names.insert(variant.name.text);
    labels.insert(label);
    variants.push_back({variant.name.text, std::move(label)});
  }
  if (variants.empty() && !program.modules[info.module].tree->has_errors) {
    program.reporter.Report(MakeDiagnostic(DiagnosticKind::SyntaxError, info.decl->name.span, "the enum `{}` has no variant", info.name));
  }
}

/// What only a task of the standard library may have.
void CheckOwnTask(Program& program, const Task& task, const TaskInfo& info) {
  if (!info.decl->options.empty()) {
    program.reporter.Report(MakeDiagnostic(DiagnosticKind::UnknownOption, info.decl->options[0].name.span,
                                           "a task of one's own has no options; its models are compiled code")
                                .Fix("give the value as an argument of the method"));
  }
  std::set<std::string_view> names;
  for (const Signature& method : task.methods) {
    if (!names.insert(method.name).second) {
      program.reporter.Report(MakeDiagnostic(DiagnosticKind::DuplicateName, method.span, "`{}` is declared twice", method.name));
    }
    CheckCodeSignature(program, method);
  }
  if (task.methods.empty() && !program.modules[info.module].tree->has_errors) {
    program.reporter.Report(MakeDiagnostic(DiagnosticKind::SyntaxError, info.decl->name.span, "the task `{}` has no method", task.name)
                                .Fix("write `fn forward(x: tensor<f32>[b, 3]) -> tensor<f32>[b, 10]` in it"));
  }
}

void ResolveTask(Program& program, uint32_t index) {
  const TaskInfo& info = program.tasks[index];
  Surroundings around{info.module, std::nullopt};
  Task& task = program.result.tasks[TaskId{index}];
  task.options = ResolveParameters(program, around, info.decl->options);
  for (const ast::TaskMethod& method : info.decl->methods) {
    task.methods.push_back(ResolveSignature(program, around, method.signature));
  }
  if (task.is_users_own) {
    CheckOwnTask(program, task, info);
  }
}

/// The arguments of an instance, as the constants that its template's parameters are.
void ResolveInstance(Program& program, const ServiceInfo& service) {
  const InstanceInfo& instance = *service.instance;
  if (!service.decl->params) {
    return;  // its template was not found
  }
  Signature signature;
  signature.name = service.decl->name.text;
  signature.span = service.decl->name.span;
  signature.parameters = ResolveParameters(program, {service.module, std::nullopt}, *service.decl->params);
  Callee callee{signature.name, &signature, {}, !program.modules[service.module].is_standard};
  std::vector<std::optional<Value>> values =
      EvaluateArguments(program, {instance.module, std::nullopt}, callee, instance.decl->arguments, instance.decl->name.span);
  for (size_t i = 0; i < instance.arguments.size(); ++i) {
    ConstInfo& constant = program.consts[instance.arguments[i]];
    constant.type = values[i] ? signature.parameters[i].type : Type();
    constant.value = values[i].value_or(Value());
  }
}

void ResolveFunction(Program& program, FunctionId id) {
  const FunctionInfo& info = program.functions[id.index];
  Surroundings around{info.module, program.result.functions[id].service};
  Signature signature = ResolveSignature(program, around, info.decl->signature);
  signature.name = program.result.functions[id].signature.name;
  program.result.functions[id].signature = std::move(signature);
}

}  // namespace

std::vector<Parameter> ResolveParameters(Program& program, const Surroundings& around, const std::vector<ast::Param>& params) {
  std::vector<Parameter> parameters;
  for (const ast::Param& param : params) {
    parameters.push_back({param.name.text, ResolveStreamType(program, around, param.type), std::nullopt, param.name.span});
  }
  for (size_t i = 0; i < params.size(); ++i) {
    if (!params[i].default_value) {
      continue;
    }
    Expectation want{parameters[i].type, params[i].name.span,
                     fmt::format("`{}` is declared `{}`", params[i].name.text, parameters[i].type.ToString())};
    std::optional<Value> value = EvaluateConstant(program, around, *params[i].default_value, want, parameters);
    // A faulty default still lets a call leave the argument out.
    parameters[i].default_value = value.value_or(Value());
  }
  return parameters;
}

namespace {

/// What compiled code takes: tensors and single values.
bool IsCodeArgument(const Type& type) {
  return type.is_error() || type.Is(TypeKind::Tensor) || type.is_number() || type.Is(TypeKind::Bool) || type.Is(TypeKind::String);
}

/// What it gives: the same, and lists and records of them.
bool IsCodeResult(const Program& program, const Type& type, int depth = 0) {
  constexpr int kMostLevels = 8;
  if (type.Is(TypeKind::List)) {
    return depth < kMostLevels && IsCodeResult(program, type.item(), depth + 1);
  }
  auto fits = [&](const auto& field) { return depth < kMostLevels && IsCodeResult(program, field.type, depth + 1); };
  if (type.Is(TypeKind::Record)) {
    const std::vector<RecordField>* fields = program.result.types.FindRecord(type.name());
    return fields != nullptr && std::ranges::all_of(*fields, fits);
  }
  return type.Is(TypeKind::Anonymous) ? std::ranges::all_of(type.fields(), fits) : IsCodeArgument(type);
}

}  // namespace

void CheckCodeSignature(Program& program, const Signature& signature) {
  for (const Parameter& parameter : signature.parameters) {
    if (!IsCodeArgument(parameter.type)) {
      program.reporter.Report(
          MakeDiagnostic(DiagnosticKind::TypeMismatch, parameter.span, "compiled code takes no `{}`", parameter.type.ToString())
              .Note("it takes tensors, int, float, bool and string"));
    }
  }
  if (!IsCodeResult(program, signature.result)) {
    program.reporter.Report(
        MakeDiagnostic(DiagnosticKind::TypeMismatch, signature.span, "compiled code gives no `{}`", signature.result.ToString())
            .Note("it gives tensors, int, float, bool and string, and lists and records of these"));
  }
}

Signature ResolveSignature(Program& program, const Surroundings& around, const ast::Signature& signature) {
  return {signature.name.text, ResolveParameters(program, around, signature.params), ResolveStreamType(program, around, signature.result),
          signature.name.span};
}

void ResolveDeclarations(Program& program) {
  for (const EnumInfo& info : program.enums) {
    ResolveEnum(program, info);
  }
  for (uint32_t i = 0; i < program.records.size(); ++i) {
    ResolveFields(program, i);
  }
  for (size_t i = 0; i < program.consts.size(); ++i) {
    if (program.consts[i].decl != nullptr) {
      EvaluateConst(program, i, program.consts[i].decl->name.span);
    }
  }
  for (size_t i = 0; i < program.records.size(); ++i) {
    EvaluateRecordDefaults(program, i, program.records[i].decl->name.span);
  }
  for (const ServiceInfo& service : program.services) {
    if (service.instance) {
      ResolveInstance(program, service);
    }
  }
  for (uint32_t i = 0; i < program.tasks.size(); ++i) {
    ResolveTask(program, i);
  }
  for (LibraryFunction& function : program.library) {
    function.signature = ResolveSignature(program, {function.module, std::nullopt}, function.decl->signature);
    function.signature.name = OperationSpelling(function.operation);
  }
  for (uint32_t i = 0; i < program.functions.size(); ++i) {
    ResolveFunction(program, FunctionId{i});
  }
}

}  // namespace plait::sema
