// Soft-max of rows: y = e^(x - largest) over the sum of all of them.
#pragma once

#include <cstdint>

namespace plait {

/// A row with what is no number, with +infinity or with nothing but -infinity becomes all NaN, as in torch.softmax.
struct SoftmaxArgs {
  const float* x = nullptr;  // [rows, width]
  int64_t x_stride = 0;
  int64_t rows = 0;
  int64_t width = 0;
  float* y = nullptr;  // [rows, width]; may be x
  int64_t y_stride = 0;
};

}  // namespace plait
