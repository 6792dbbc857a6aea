#include "compiler/sema/lint.h"

#include <algorithm>

#include "compiler/sema/stages.h"

namespace plait::sema {
namespace {

/// For each function, whether it calls a model, itself or through others. Spreads from the models towards the callers.
std::vector<bool> FindModelCallers(const TypedModule& module) {
  std::vector<std::vector<uint32_t>> callers(module.functions.size());
  std::vector<bool> calls_model(module.functions.size());
  std::vector<uint32_t> open;
  for (uint32_t i = 0; i < calls_model.size(); ++i) {
    for (const Expr& expr : module.functions[FunctionId{i}].exprs) {
      if (const auto* call = std::get_if<CallFunction>(&expr.node)) {
        callers[call->function.index].push_back(i);
      } else if (std::holds_alternative<CallModel>(expr.node) && !calls_model[i]) {
        calls_model[i] = true;
        open.push_back(i);
      }
    }
  }
  while (!open.empty()) {
    uint32_t callee = open.back();
    open.pop_back();
    for (uint32_t caller : callers[callee]) {
      if (!calls_model[caller]) {
        calls_model[caller] = true;
        open.push_back(caller);
      }
    }
  }
  return calls_model;
}

/// `deadline-impossible` for each callee that may take longer than the caller lets it.
void LintTimeouts(Program& program, ServiceId caller) {
  const Service& service = program.result.services[caller];
  const ServiceInfo& info = program.services[caller.index];
  for (size_t edge = 0; edge < service.edges.size(); ++edge) {
    const std::vector<ServiceId>& targets = service.edges[edge].targets;
    for (size_t i = 0; i < targets.size(); ++i) {
      const Service& target = program.result.services[targets[i]];
      if (target.traffic.timeout_ms <= service.traffic.timeout_ms) {
        continue;
      }
      program.reporter.Report(MakeDiagnostic(DiagnosticKind::DeadlineImpossible, info.edges[edge].target_spans[i],
                                             "`{}` may take {}, but `{}` ends after {}", target.name, Duration(*target.traffic.timeout_ms),
                                             service.name, Duration(*service.traffic.timeout_ms))
                                  .Also(program.services[targets[i].index].timeout_span, "its timeout")
                                  .Also(info.timeout_span, "the caller's timeout"));
    }
  }
}

}  // namespace

std::string Duration(int64_t milliseconds) {
  return milliseconds % 1000 == 0 ? fmt::format("{}s", milliseconds / 1000) : fmt::format("{}ms", milliseconds);
}

void Lint(Program& program) {
  LintUnused(program);
  LintServices(program);
  LintGuards(program);
  bool is_whole = std::ranges::none_of(program.modules, [](const ModuleInfo& module) { return module.tree->has_errors; });
  if (is_whole && !program.reporter.has_errors()) {
    LintDeadlines(program);
    LintTests(program);
  }
  std::vector<bool> calls_model = FindModelCallers(program.result);
  for (uint32_t i = 0; i < program.functions.size(); ++i) {
    if (!program.modules[program.functions[i].module].tree->has_errors) {
      LintSteps(program, program.result.functions[FunctionId{i}], calls_model);
      LintLoops(program, program.result.functions[FunctionId{i}], calls_model);
    }
  }
}

void LintUnused(Program& program) {
  auto is_second = [&](const ServiceInfo& service, const ast::Word& name) {
    const Symbol* first = service.scope.Find(Space::Callable, name.text);
    return first == nullptr || !(first->span == name.span);
  };
  auto report = [&](ModuleId module, const ast::Word& name, std::string_view what, bool is_used) {
    // What did not parse may have used it.
    if (is_used || name.text.starts_with("_") || program.modules[module].tree->has_errors) {
      return;
    }
    Diagnostic diagnostic = MakeDiagnostic(DiagnosticKind::Unused, name.span, "{} `{}` is never used", what, name.text);
    diagnostic.fixes.push_back({"remove it", {}, ""});
    program.reporter.Report(std::move(diagnostic));
  };
  for (uint32_t i = 0; i < program.modules.size(); ++i) {
    for (const ImportInfo& import : program.modules[ModuleId{i}].imports) {
      report(ModuleId{i}, import.alias, "the import", import.is_used || !import.module.has_value());
    }
  }
  for (const TemplateInfo& info : program.templates) {
    report(info.module, info.decl->name, "the template", info.is_used || info.module != ModuleId{0});
  }
  for (uint32_t i = 0; i < program.models.size(); ++i) {
    const ServiceInfo& service = program.services[program.result.models[ModelId{i}].service.index];
    const ast::Word& name = program.models[i].decl->name;
    report(service.module, name, "the model", program.models[i].is_used || is_second(service, name));
  }
  for (const ServiceInfo& service : program.services) {
    for (const EdgeInfo& edge : service.edges) {
      report(service.module, edge.decl->name, "the edge", edge.is_used || is_second(service, edge.decl->name));
    }
  }
}

void LintServices(Program& program) {
  for (uint32_t i = 0; i < program.services.size(); ++i) {
    const Service& service = program.result.services[ServiceId{i}];
    if (service.resources.span.file.has_value() && service.models.empty()) {
      program.reporter.Report(
          MakeDiagnostic(DiagnosticKind::IdleResources, service.resources.span, "`{}` asks for resources but has no model", service.name)
              .Note("the services that it calls ask for their own; calling them costs next to nothing"));
    }
    if (service.traffic.timeout_ms) {
      LintTimeouts(program, ServiceId{i});
    }
  }
}

}  // namespace plait::sema
