// Types and defaults of records, constants, tasks and functions.

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

void ResolveTask(Program& program, uint32_t index) {
  const TaskInfo& info = program.tasks[index];
  Surroundings around{info.module, std::nullopt};
  Task& task = program.result.tasks[TaskId{index}];
  task.options = ResolveParameters(program, around, info.decl->options);
  for (const ast::TaskMethod& method : info.decl->methods) {
    task.methods.push_back(ResolveSignature(program, around, method.signature));
  }
}

void ResolveFunction(Program& program, FunctionId id) {
  const FunctionInfo& info = program.functions[id.index];
  Surroundings around{info.module, program.result.functions[id].service};
  Signature signature = ResolveSignature(program, around, info.decl->signature);
  signature.name = program.result.functions[id].signature.name;
  for (size_t i = 0; i < signature.parameters.size(); ++i) {
    Parameter& parameter = signature.parameters[i];
    if (ContainsJson(program, parameter.type)) {
      ast::TypeId type = info.decl->signature.params[i].type;
      program.reporter.Unsupported(program.modules[info.module].tree->types[type].span, "`json` in a parameter");
      parameter.type = {};
    }
  }
  program.result.functions[id].signature = std::move(signature);
}

}  // namespace

std::vector<Parameter> ResolveParameters(Program& program, const Surroundings& around, const std::vector<ast::Param>& params) {
  std::vector<Parameter> parameters;
  for (const ast::Param& param : params) {
    parameters.push_back({param.name.text, ResolveType(program, around, param.type), std::nullopt, param.name.span});
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

Signature ResolveSignature(Program& program, const Surroundings& around, const ast::Signature& signature) {
  return {signature.name.text, ResolveParameters(program, around, signature.params), ResolveType(program, around, signature.result),
          signature.name.span};
}

void ResolveDeclarations(Program& program) {
  for (uint32_t i = 0; i < program.records.size(); ++i) {
    ResolveFields(program, i);
  }
  for (size_t i = 0; i < program.consts.size(); ++i) {
    EvaluateConst(program, i, program.consts[i].decl->name.span);
  }
  for (size_t i = 0; i < program.records.size(); ++i) {
    EvaluateRecordDefaults(program, i, program.records[i].decl->name.span);
  }
  for (uint32_t i = 0; i < program.tasks.size(); ++i) {
    ResolveTask(program, i);
  }
  for (uint32_t i = 0; i < program.functions.size(); ++i) {
    ResolveFunction(program, FunctionId{i});
  }
}

}  // namespace plait::sema
