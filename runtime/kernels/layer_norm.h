// Layer normalisation of rows (Ba, Kiros and Hinton, "Layer Normalization"): y = (x - mean) / sqrt(variance + epsilon) * weight + bias.
#pragma once

#include <cstdint>

namespace plait {

struct LayerNormArgs {
  const float* x = nullptr;  // [rows, width]
  int64_t x_stride = 0;
  int64_t width = 0;
  const float* weight = nullptr;  // [width]
  const float* bias = nullptr;    // [width]
  float epsilon = 0;
  float* y = nullptr;  // [rows, width]; may be x
  int64_t y_stride = 0;
};

}  // namespace plait
