// What the standard library's functions without a body do. Their documentation is in stdlib/; all are pure, and equal arguments give equal
// bits on every machine.
#pragma once

#include <span>

#include "compiler/base/result.h"
#include "compiler/base/value.h"

namespace plait::library {

/// Needs operands as many and of the types that stdlib declares. Fails with `argument-range` or `arithmetic`.
using Function = Result<Value> (*)(std::span<const Value> operands);

#define X(operation, spelling, operands) Result<Value> operation(std::span<const Value>);
#include "compiler/base/library_operations.def"
#undef X

}  // namespace plait::library
