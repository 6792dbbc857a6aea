// The largest element of each row, and whether all are finite, in one pass.
#pragma once

#include <cstdint>

namespace plait {

struct ArgMaxResult {
  /// Of the first of equal elements, both zeros alike. What is not a number counts as larger than all others, as in torch.argmax.
  int64_t index = 0;
  bool all_finite = true;
};

struct ArgMaxArgs {
  const float* x = nullptr;  // [rows, width]
  int64_t x_stride = 0;
  int64_t rows = 0;
  int64_t width = 0;                // 1 at least
  ArgMaxResult* results = nullptr;  // [rows]
};

}  // namespace plait
