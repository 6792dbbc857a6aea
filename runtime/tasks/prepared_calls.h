// The calls of a batch that can be made, and where each stands in the batch.
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "runtime/base/task_model.h"

namespace plait {

template <class T>
struct PreparedCalls {
  std::vector<T> values;
  /// By value: the number of its call.
  std::vector<size_t> origins;
};

/// What `prepare`, a function from a call's arguments to a `Result<T>`, makes of each call. A failure becomes the call's result, and is
/// told at once.
template <class T, class Prepare>
PreparedCalls<T> PrepareCalls(std::span<const ValueFields> calls, const CallContext& context, std::vector<Result<Value>>& results,
                              const Prepare& prepare) {
  PreparedCalls<T> prepared;
  for (size_t i = 0; i < calls.size(); ++i) {
    Result<T> value = prepare(calls[i]);
    if (!value.ok()) {
      results[i] = context.Failed(i, std::move(value).error());
      continue;
    }
    prepared.values.push_back(*std::move(value));
    prepared.origins.push_back(i);
  }
  return prepared;
}

}  // namespace plait
