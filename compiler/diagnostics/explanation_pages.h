// The pages that the build embeds.
#pragma once

#include <vector>

#include "compiler/diagnostics/explain.h"

namespace plait {

/// Sorted by code.
const std::vector<Explanation>& ExplanationPages();

}  // namespace plait
