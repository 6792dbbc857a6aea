// Soft-max of rows. Included by forms only.
#pragma once

#include "runtime/kernels/row_loops.h"
#include "runtime/kernels/softmax.h"
#include "runtime/kernels/vector_math.h"

namespace plait::PLAIT_FORM {

inline void SoftmaxRows(const SoftmaxArgs& args, int64_t begin, int64_t end) {
  constexpr float kNothing = -__builtin_inff();
  for (int64_t row = begin; row < end; ++row) {
    const float* x = args.x + row * args.x_stride;
    float* y = args.y + row * args.y_stride;
    Vec lanes = Set1(kNothing);
    ForVectors(args.width, [&](int64_t i, int64_t count) { lanes = Max(LoadSome(x + i, count, kNothing), lanes); });
    const Vec largest = Set1(Largest(lanes));
    RowSum sum;
    ForVectors(args.width, [&](int64_t i, int64_t count) {
      const Vec weight = Exp(LoadSome(x + i, count, kNothing) - largest);
      sum.at(i) = sum.at(i) + weight;
      StoreSome(y + i, weight, count);
    });
    const Vec total = Set1(sum.total());
    ForVectors(args.width, [&](int64_t i, int64_t count) { StoreSome(y + i, LoadSome(y + i, count) / total, count); });
  }
}

}  // namespace plait::PLAIT_FORM
