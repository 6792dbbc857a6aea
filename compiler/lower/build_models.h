// The models of a module, each once.
#pragma once

#include <vector>

#include "compiler/ir/graph.h"
#include "compiler/sema/typed_module.h"

namespace plait {

/// Adds every model to `models`, equal ones once under the name of the first, and returns the graph's id of each of the module's models.
std::vector<ir::ModelId> BuildModels(const sema::TypedModule& module, Store<ir::ModelId, ir::Model>& models);

}  // namespace plait
