// Which outputs of a row may be the largest, from their approximations on int8 weights.
#pragma once

#include <cstdint>

#include "runtime/kernels/linear.h"

namespace plait {

/// Outputs that are looked at and computed together.
constexpr int64_t kScreenGroup = 16;

/// Output c is within `slack * scales[c]` of `scores[c]`.
struct ScreenArgs {
  const float* scores = nullptr;  // [columns]
  const float* scales = nullptr;  // [columns]
  int64_t columns = 0;
  float slack = 0;
  int32_t* groups = nullptr;  // [most_groups]
  int64_t most_groups = 0;
};

}  // namespace plait
