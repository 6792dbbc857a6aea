// The largest element of each row. Included by forms only.
#pragma once

#include "runtime/kernels/arg_max.h"
#include "runtime/kernels/row_loops.h"

namespace plait::PLAIT_FORM {

/// What is known of a row's part.
struct PartMaximum {
  float largest;
  /// Zero, or not a number where an element is infinite or none.
  float zero;
};

inline PartMaximum MaximumOf(const float* x, int64_t count) {
  constexpr int kChains = 4;
  Vec largest[kChains];
  Vec zero[kChains];
  for (int c = 0; c < kChains; ++c) {
    largest[c] = Set1(-__builtin_inff());
    zero[c] = Set1(0.0F);
  }
  int64_t i = 0;
  for (; i + kChains * kLanes <= count; i += kChains * kLanes) {
    for (int c = 0; c < kChains; ++c) {
      const Vec value = Load(x + i + c * kLanes);
      largest[c] = Max(value, largest[c]);
      zero[c] = Fma(value, Set1(0.0F), zero[c]);
    }
  }
  PartMaximum part = {Largest(Max(Max(largest[0], largest[1]), Max(largest[2], largest[3]))),
                      Sum((zero[0] + zero[1]) + (zero[2] + zero[3]))};
  for (; i < count; ++i) {
    part.largest = x[i] > part.largest ? x[i] : part.largest;
    part.zero += x[i] * 0.0F;
  }
  return part;
}

inline ArgMaxResult ArgMaxRow(const float* x, int64_t width) {
  // Elements are compared one by one in the first part alone that holds the largest one.
  constexpr int64_t kPart = 2048;
  ArgMaxResult result;
  float largest = -__builtin_inff();
  int64_t largest_part = 0;
  for (int64_t begin = 0; begin < width; begin += kPart) {
    const int64_t end = width - begin < kPart ? width : begin + kPart;
    const PartMaximum part = MaximumOf(x + begin, end - begin);
    if (part.zero != part.zero) {
      result.all_finite = false;
      for (int64_t i = begin; i < end; ++i) {
        if (x[i] != x[i]) {
          result.index = i;
          return result;
        }
      }
    }
    if (part.largest > largest) {
      largest = part.largest;
      largest_part = begin;
    }
  }
  // Where nothing is larger than -infinity, the first element is one.
  result.index = largest_part;
  while (x[result.index] != largest) {
    ++result.index;
  }
  return result;
}

inline void ArgMaxRows(const ArgMaxArgs& args, int64_t begin, int64_t end) {
  for (int64_t row = begin; row < end; ++row) {
    args.results[row] = ArgMaxRow(args.x + row * args.x_stride, args.width);
  }
}

}  // namespace plait::PLAIT_FORM
