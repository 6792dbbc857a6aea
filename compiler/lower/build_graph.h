// Typed module to graph.
#pragma once

#include "compiler/ir/graph.h"
#include "compiler/sema/typed_module.h"

namespace plait {

/// Of a request to an api whose service declares no timeout.
inline constexpr int64_t kDefaultTimeoutMs = 60'000;

/// Needs a module without errors; cannot fail. One function an api or fn; calls between them are still calls. Equal models are one.
/// A let becomes a node of the block that declares it, whether it is used or not: passes decide what is computed.
ir::Graph BuildGraph(const sema::TypedModule& module);

}  // namespace plait
