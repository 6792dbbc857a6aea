// Pure expressions of a plan on the values of one lane.
#pragma once

#include "compiler/base/result.h"
#include "compiler/plan/plan.h"
#include "runtime/exec/lanes.h"

namespace plait {

/// Evaluates only what the result needs: one arm of an `if`. Fails as `Apply` and `CastValue` do. `types` are the plan's.
Result<Value> Evaluate(const plan::Expr& expr, const Lanes& lanes, size_t lane, const TypeTable& types);

}  // namespace plait
