// Root mean square normalisation of rows. Included by forms only.
#pragma once

#include "runtime/kernels/rms_norm.h"
#include "runtime/kernels/row_loops.h"

namespace plait::PLAIT_FORM {

inline void RmsNormRows(const RmsNormArgs& args, int64_t begin, int64_t end) {
  for (int64_t row = begin; row < end; ++row) {
    const float* x = args.x + row * args.x_stride;
    float* y = args.y + row * args.y_stride;
    RowSum squares;
    ForVectors(args.width, [&](int64_t i, int64_t count) {
      const Vec value = LoadSome(x + i, count);
      squares.at(i) = Fma(value, value, squares.at(i));
    });
    const Vec scale = Set1(1.0F / __builtin_sqrtf(squares.total() / static_cast<float>(args.width) + args.epsilon));
    ForVectors(args.width, [&](int64_t i, int64_t count) {
      StoreSome(y + i, (LoadSome(x + i, count) * scale) * LoadSome(args.weight + i, count), count);
    });
  }
}

}  // namespace plait::PLAIT_FORM
