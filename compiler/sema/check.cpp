#include "compiler/sema/check.h"

#include "compiler/sema/body_checker.h"
#include "compiler/sema/stages.h"

namespace plait::sema {

void CheckBodies(Program& program) {
  for (uint32_t i = 0; i < program.functions.size(); ++i) {
    const FunctionInfo& info = program.functions[i];
    Function& function = program.result.functions[FunctionId{i}];
    BodyChecker checker(program, {info.module, function.service}, BodyChecker::Use::Body, function);
    checker.DeclareParameters(function.signature.parameters);
    ast::TypeId result = info.decl->signature.result;
    Span place = result.has_value() ? program.modules[info.module].tree->types[result].span : Span{};
    function.body = checker.CheckBody(
        info.decl->body, {function.signature.result, place,
                          fmt::format("`{}` gives `{}`", QualifiedName(program.result, function), function.signature.result.ToString())});
  }
}

TypedModule Check(const ast::Module& module, ModuleSource& modules, Sink& sink) {
  Program program(modules, sink);
  program.result.file = module.file;
  LoadModules(program, module);
  CollectDeclarations(program);
  ResolveDeclarations(program);
  ResolveServices(program);
  CheckBodies(program);
  CheckTests(program);
  CheckStreams(program);
  CheckCycles(program);
  CheckSizes(program);
  Lint(program);
  bool has_syntax_errors = false;
  for (const ModuleInfo& info : program.modules) {
    has_syntax_errors = has_syntax_errors || info.tree->has_errors;
  }
  program.result.has_errors = has_syntax_errors || program.reporter.has_errors();
  return std::move(program.result);
}

std::string QualifiedName(const TypedModule& module, const Function& function) {
  return function.service ? fmt::format("{}.{}", module.services[*function.service].name, function.signature.name)
                          : function.signature.name;
}

const Signature& SignatureOf(const TypedModule& module, const TestedCall& callee) {
  return callee.api ? module.functions[*callee.api].signature : module.tasks[module.models[callee.model].task].methods[callee.method];
}

std::string QualifiedName(const TypedModule& module, const Model& model) {
  return fmt::format("{}.{}", module.services[model.service].name, model.name);
}

}  // namespace plait::sema
