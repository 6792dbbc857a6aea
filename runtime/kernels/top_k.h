// The k largest elements of each row, in order.
#pragma once

#include <cstdint>

namespace plait {

struct TopKEntry {
  float value = 0;
  int32_t index = 0;
};

/// The largest first, of equal elements (both zeros alike) those with lower indices. What is not a number counts as larger than all
/// others, as in torch.topk.
struct TopKArgs {
  const float* x = nullptr;  // [rows, width]
  int64_t x_stride = 0;
  int64_t rows = 0;
  int64_t width = 0;             // below 2^31
  int64_t k = 0;                 // up to width
  TopKEntry* entries = nullptr;  // [rows, k]
};

}  // namespace plait
