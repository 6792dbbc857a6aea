// The product of gated linear units. Included by forms only.
#pragma once

#include "runtime/kernels/gated_product.h"
#include "runtime/kernels/row_loops.h"
#include "runtime/kernels/vector_math.h"

namespace plait::PLAIT_FORM {

inline void GatedProductRows(const GatedProductArgs& args, int64_t begin, int64_t end) {
  for (int64_t row = begin; row < end; ++row) {
    const float* gate = args.gate + row * args.x_stride;
    const float* up = args.up + row * args.x_stride;
    float* y = args.y + row * args.y_stride;
    ForVectors(args.width, [&](int64_t i, int64_t count) {
      StoreSome(y + i, Activate(args.activation, LoadSome(gate + i, count)) * LoadSome(up + i, count), count);
    });
  }
}

}  // namespace plait::PLAIT_FORM
