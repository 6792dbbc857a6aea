#include "compiler/lower/build_models.h"

#include <map>
#include <string>
#include <tuple>

namespace plait {
namespace {

using Identity = std::tuple<std::string, std::string, std::string, std::string, std::string>;

Identity IdentityOf(const ir::Model& model) {
  return {model.task, model.source, model.location, model.revision, ToJson(Value::Record(model.options))};
}

}  // namespace

std::vector<ir::ModelId> BuildModels(const sema::TypedModule& module, Store<ir::ModelId, ir::Model>& models) {
  std::vector<ir::ModelId> ids;
  std::map<Identity, ir::ModelId> known;
  for (const sema::Model& source : module.models) {
    ir::Model model;
    model.name = sema::QualifiedName(module, source);
    model.task = module.tasks[source.task].name;
    model.source = source.source;
    model.location = source.location;
    model.revision = source.revision;
    model.options = source.options;
    model.span = source.span;
    auto [place, is_new] = known.try_emplace(IdentityOf(model));
    if (is_new) {
      place->second = models.Add(std::move(model));
    }
    ids.push_back(place->second);
  }
  return ids;
}

}  // namespace plait
