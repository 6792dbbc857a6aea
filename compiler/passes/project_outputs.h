// Only some fields of a result, so that what only the others need is not computed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/result.h"
#include "compiler/ir/graph.h"

namespace plait {

/// Makes the entry give only the fields that `paths` name: `zero_shot.labels`. A path goes through lists and optionals to what they hold.
/// `entry` may be empty where the graph has one. Runs before all passes; eliminating what is dead does the rest. Fails with
/// `entry-unknown`, or with `input-mismatch` for a path that leads nowhere.
Result<ir::Graph> ProjectOutputs(ir::Graph graph, std::string_view entry, const std::vector<std::string>& paths);

}  // namespace plait
