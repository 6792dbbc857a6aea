#include "compiler/lower/build_models.h"

#include <algorithm>
#include <map>
#include <string>
#include <tuple>

namespace plait {
namespace {

using Identity = std::tuple<std::string, std::string, std::string, std::string, std::string, std::string>;

Identity IdentityOf(const ir::Model& model) {
  std::string methods;
  for (const MethodSignature& method : model.methods) {
    methods += method.ToString() + "\n";
  }
  return {model.task, model.source, model.location, model.revision, ToJson(Value::Record(model.options)), std::move(methods)};
}

/// With the fields of named records in place of their names: a plan's methods speak for themselves.
Type WithoutRecords(const Type& type, const TypeTable& types) {
  if (type.Is(TypeKind::List)) {
    return Type::List(WithoutRecords(type.item(), types));
  }
  if (!type.is_record()) {
    return type;
  }
  std::vector<Type::Field> fields;
  auto add = [&](const auto& field) { fields.push_back({field.name, WithoutRecords(field.type, types)}); };
  if (type.Is(TypeKind::Record)) {
    std::ranges::for_each(*types.FindRecord(type.name()), add);
  } else {
    std::ranges::for_each(type.fields(), add);
  }
  return Type::Anonymous(std::move(fields));
}

std::vector<MethodSignature> MethodsOf(const sema::Task& task, const TypeTable& types) {
  std::vector<MethodSignature> methods;
  for (const sema::Signature& declared : task.methods) {
    MethodSignature method{declared.name, {}, WithoutRecords(declared.result, types)};
    for (const sema::Parameter& parameter : declared.parameters) {
      method.parameters.push_back({parameter.name, parameter.type});
    }
    methods.push_back(std::move(method));
  }
  return methods;
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
    if (module.tasks[source.task].is_users_own) {
      model.methods = MethodsOf(module.tasks[source.task], module.types);
    }
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
