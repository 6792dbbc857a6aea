#include "compiler/lower/build_graph.h"

#include <map>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "compiler/lower/build_function.h"
#include "compiler/lower/build_models.h"

namespace plait {
namespace {

ir::Demand DemandOf(const sema::Service& service) {
  const sema::Resources& asked = service.resources;
  const sema::Scale& scale = service.scale;
  return {service.name,  asked.cpu,          asked.memory_bytes, asked.gpu_min,
          asked.gpu_max, scale.replicas_min, scale.replicas_max, asked.span.file.has_value() ? asked.span : scale.span};
}

bool AsksForAnything(const ir::Demand& demand) {
  return demand.cpu || demand.memory_bytes || demand.gpu_min || demand.gpu_max || demand.replicas_min;
}

/// Callers reach the apis of services that no other service uses. A timeout that a service declares holds for all its apis.
void MarkApi(const sema::TypedModule& module, const sema::Function& source, ir::Function& function) {
  if (!source.is_api || !source.service) {
    return;
  }
  const sema::Service& service = module.services[*source.service];
  function.timeout_ms = service.traffic.timeout_ms;
  if (service.is_exposed) {
    function.is_entry = true;
    function.timeout_ms = service.traffic.timeout_ms.value_or(kDefaultTimeoutMs);
  }
}

}  // namespace

ir::Graph BuildGraph(const sema::TypedModule& module) {
  ir::Graph graph;
  graph.types = module.types;
  std::vector<ir::ModelId> model_ids = BuildModels(module, graph.models);
  std::map<std::string, int> times_used;
  for (const sema::Function& source : module.functions) {
    ir::Function function = BuildFunction(module, source, model_ids);
    MarkApi(module, source, function);
    // A fn has a bare name, and those of two modules may be equal; a name with `#` is no name of a source.
    int use = ++times_used[function.name];
    function.name += use == 1 ? "" : fmt::format("#{}", use);
    graph.functions.Add(std::move(function));
  }
  for (const sema::Service& service : module.services) {
    if (ir::Demand demand = DemandOf(service); AsksForAnything(demand)) {
      graph.demands.push_back(std::move(demand));
    }
  }
  return graph;
}

}  // namespace plait
