// Calls of one method side by side: which of them are one call along the batch dimension, and how their tensors join and part again.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "compiler/base/method_signature.h"
#include "compiler/base/result.h"
#include "compiler/base/value.h"

namespace plait {

/// Calls that can be made as one, by their index: their tensors differ in the first dimension alone, and other arguments are equal. Without
/// a batch dimension each call is a group. Needs arguments that fit the signature. In order of the first call of each.
std::vector<std::vector<size_t>> GroupCalls(const MethodSignature& signature, std::span<const ValueFields> calls);

/// The arguments of a group as those of one call, and how many rows each call gave.
struct JoinedCall {
  ValueFields arguments;
  std::vector<int64_t> rows;
};
JoinedCall JoinCalls(std::span<const ValueFields> calls, const std::vector<size_t>& group);

/// The result of a joined call as one result a call: tensors, or records of them, whose first dimension is the sum of `rows`.
std::vector<Value> SplitResult(const Value& result, const std::vector<int64_t>& rows);

}  // namespace plait
