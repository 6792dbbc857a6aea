// The product of gated linear units (Shazeer, "GLU Variants Improve Transformer"): y = activation(gate) * up, SwiGLU with `Silu`.
#pragma once

#include <cstdint>

#include "runtime/kernels/activation.h"

namespace plait {

/// Where one linear layer makes both, its outputs side by side, `up` is `gate + width` and the stride is twice the width.
struct GatedProductArgs {
  const float* gate = nullptr;  // [rows, width]
  const float* up = nullptr;    // [rows, width]
  int64_t x_stride = 0;         // of both
  int64_t rows = 0;
  int64_t width = 0;
  Activation activation = Activation::Silu;
  float* y = nullptr;  // [rows, width]; may be gate or up, with their stride
  int64_t y_stride = 0;
};

}  // namespace plait
