// What services declare apart from their apis and functions.

#include <algorithm>

#include "compiler/sema/models.h"
#include "compiler/sema/names.h"
#include "compiler/sema/settings.h"
#include "compiler/sema/stages.h"

namespace plait::sema {
namespace {

void ResolveBlocks(Program& program, ServiceId service) {
  std::array<std::optional<Span>, 3> seen;
  constexpr std::array<std::string_view, 3> kNames = {"resources", "traffic", "scale"};
  for (const ast::Member& member : program.services[service.index].decl->members) {
    const auto* settings = std::get_if<ast::Settings>(&member.node);
    if (settings == nullptr) {
      continue;
    }
    auto kind = static_cast<size_t>(settings->kind);
    if (seen[kind]) {
      program.reporter.Report(MakeDiagnostic(DiagnosticKind::DuplicateName, member.span, "`{}` stands twice in one service", kNames[kind])
                                  .Also(*seen[kind], "first here"));
      continue;
    }
    seen[kind] = member.span;
    ResolveSettings(program, service, *settings, member.span);
  }
}

/// The service that a path of `uses` names.
std::optional<ServiceId> ResolveTarget(Program& program, ModuleId module, const ast::Path& path) {
  std::optional<FoundSymbol> found = ResolvePath(program, {module, std::nullopt}, path, Space::Callable);
  if (!found || found->symbol.kind == SymbolKind::Unavailable) {
    return std::nullopt;
  }
  if (found->symbol.kind != SymbolKind::Service) {
    program.reporter.Report(MakeDiagnostic(DiagnosticKind::TypeMismatch, path.span, "an edge leads to a service; `{}` is {}",
                                           path.ToString(), KindName(found->symbol.kind))
                                .Also(found->symbol.span, "declared here"));
    return std::nullopt;
  }
  return ServiceId{found->symbol.index};
}

void ResolveEdges(Program& program, ServiceId service) {
  ServiceInfo& info = program.services[service.index];
  for (size_t i = 0; i < info.edges.size(); ++i) {
    EdgeInfo& edge_info = info.edges[i];
    Edge& edge = program.result.services[service].edges[i];
    std::map<ServiceId, Span> seen;
    for (const ast::Path& path : edge_info.decl->targets) {
      std::optional<ServiceId> target = ResolveTarget(program, info.module, path);
      if (!target) {
        edge_info.is_faulty = true;
        continue;
      }
      auto [first, is_new] = seen.try_emplace(*target, path.span);
      if (!is_new) {
        program.reporter.Report(MakeDiagnostic(DiagnosticKind::DuplicateName, path.span, "`{}` stands twice in one edge", path.ToString())
                                    .Also(first->second, "first here")
                                    .Note("equal calls are one call; another sample needs another `seed`"));
        continue;
      }
      edge.targets.push_back(*target);
      edge_info.target_spans.push_back(path.span);
      program.result.services[*target].is_exposed = false;
    }
  }
}

}  // namespace

void ResolveServices(Program& program) {
  for (uint32_t i = 0; i < program.services.size(); ++i) {
    // Whoever runs a file offers its services, not those of the files it imports.
    program.result.services[ServiceId{i}].is_exposed = program.services[i].declared_in() == ModuleId{0};
  }
  for (uint32_t i = 0; i < program.services.size(); ++i) {
    ResolveBlocks(program, ServiceId{i});
    ResolveEdges(program, ServiceId{i});
  }
  for (uint32_t i = 0; i < program.models.size(); ++i) {
    ResolveModel(program, ModelId{i});
  }
}

}  // namespace plait::sema
