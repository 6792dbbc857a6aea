// One api or fn of a typed module as a function of the graph.
#pragma once

#include <vector>

#include "compiler/ir/graph.h"
#include "compiler/sema/typed_module.h"

namespace plait {

/// Functions of the graph have the ids of the module's functions; `model_ids` gives the graph's id of each of the module's models.
/// The result is canonical and no entry yet.
ir::Function BuildFunction(const sema::TypedModule& module, const sema::Function& source, const std::vector<ir::ModelId>& model_ids);

}  // namespace plait
