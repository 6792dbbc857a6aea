// Layer normalisation of rows. Included by forms only.
#pragma once

#include "runtime/kernels/kernel_form.h"
#include "runtime/kernels/simd.h"

namespace plait::PLAIT_FORM {

/// Calls `use(offset, count)` for each vector of a row; the last may be short.
template <class Use>
inline void ForVectors(int64_t width, const Use& use) {
  int64_t i = 0;
  for (; i + kLanes <= width; i += kLanes) {
    use(i, static_cast<int64_t>(kLanes));
  }
  if (i < width) {
    use(i, width - i);
  }
}

inline Vec LoadSome(const float* p, int64_t count) { return count == kLanes ? Load(p) : LoadPart(p, count); }

inline void LayerNormRow(const LayerNormArgs& args, const float* x, float* y) {
  Vec sums[4] = {Set1(0.0F), Set1(0.0F), Set1(0.0F), Set1(0.0F)};
  ForVectors(args.width, [&](int64_t i, int64_t count) {
    Vec& sum = sums[i / kLanes % 4];
    sum = sum + LoadSome(x + i, count);
  });
  const auto width = static_cast<float>(args.width);
  const Vec mean = Set1(Sum((sums[0] + sums[1]) + (sums[2] + sums[3])) / width);
  Vec squares[4] = {Set1(0.0F), Set1(0.0F), Set1(0.0F), Set1(0.0F)};
  ForVectors(args.width, [&](int64_t i, int64_t count) {
    Vec difference = LoadSome(x + i, count) - mean;
    if (count < kLanes) {
      alignas(64) float lanes[kLanes] = {};
      StorePart(lanes, difference, count);
      difference = Load(lanes);
    }
    Vec& square = squares[i / kLanes % 4];
    square = Fma(difference, difference, square);
  });
  const float variance = Sum((squares[0] + squares[1]) + (squares[2] + squares[3])) / width;
  const Vec scale = Set1(1.0F / __builtin_sqrtf(variance + args.epsilon));
  ForVectors(args.width, [&](int64_t i, int64_t count) {
    Vec normal = (LoadSome(x + i, count) - mean) * scale;
    Vec value = Fma(normal, LoadSome(args.weight + i, count), LoadSome(args.bias + i, count));
    if (count == kLanes) {
      Store(y + i, value);
    } else {
      StorePart(y + i, value, count);
    }
  });
}

inline void LayerNormRows(const LayerNormArgs& args, int64_t begin, int64_t end) {
  for (int64_t row = begin; row < end; ++row) {
    LayerNormRow(args, args.x + row * args.x_stride, args.y + row * args.y_stride);
  }
}

}  // namespace plait::PLAIT_FORM
