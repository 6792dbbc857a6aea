// Layer normalisation of rows. Included by forms only.
#pragma once

#include "runtime/kernels/layer_norm.h"
#include "runtime/kernels/row_loops.h"

namespace plait::PLAIT_FORM {

inline void LayerNormRow(const LayerNormArgs& args, const float* x, float* y) {
  RowSum sum;
  ForVectors(args.width, [&](int64_t i, int64_t count) { sum.at(i) = sum.at(i) + LoadSome(x + i, count); });
  const auto width = static_cast<float>(args.width);
  const Vec mean = Set1(sum.total() / width);
  RowSum squares;
  ForVectors(args.width, [&](int64_t i, int64_t count) {
    Vec difference = LoadSome(x + i, count) - mean;
    if (count < kLanes) {
      alignas(64) float lanes[kLanes] = {};
      StorePart(lanes, difference, count);
      difference = Load(lanes);
    }
    squares.at(i) = Fma(difference, difference, squares.at(i));
  });
  const float variance = squares.total() / width;
  const Vec scale = Set1(1.0F / __builtin_sqrtf(variance + args.epsilon));
  ForVectors(args.width, [&](int64_t i, int64_t count) {
    Vec normal = (LoadSome(x + i, count) - mean) * scale;
    Vec value = Fma(normal, LoadSome(args.weight + i, count), LoadSome(args.bias + i, count));
    StoreSome(y + i, value, count);
  });
}

inline void LayerNormRows(const LayerNormArgs& args, int64_t begin, int64_t end) {
  for (int64_t row = begin; row < end; ++row) {
    LayerNormRow(args, args.x + row * args.x_stride, args.y + row * args.y_stride);
  }
}

}  // namespace plait::PLAIT_FORM
