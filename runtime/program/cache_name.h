// What the cache of packed weights calls a model.
#pragma once

#include <string>

#include "compiler/plan/plan.h"

namespace plait {

/// The model's name on the hub, or where its folder lies.
std::string CacheName(const plan::Model& model, const std::string& folder);

}  // namespace plait
