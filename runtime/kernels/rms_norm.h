// Root mean square normalisation of rows (Zhang and Sennrich 2019): y = x / sqrt(mean of x^2 + epsilon) * weight.
#pragma once

#include <cstdint>

namespace plait {

struct RmsNormArgs {
  const float* x = nullptr;  // [rows, width]
  int64_t x_stride = 0;
  int64_t rows = 0;
  int64_t width = 0;              // 1 at least
  const float* weight = nullptr;  // [width]
  float epsilon = 0;
  float* y = nullptr;  // [rows, width]; may be x
  int64_t y_stride = 0;
};

}  // namespace plait
