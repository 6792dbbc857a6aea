// Rotary position embedding. Both kinds of pairs go through the same arithmetic, so they give the same bits. Included by forms only.
#pragma once

#include "runtime/kernels/rotary.h"
#include "runtime/kernels/row_loops.h"

namespace plait::PLAIT_FORM {

inline void RotateHalves(const float* x, int64_t half, const float* cosines, const float* sines, float* y) {
  ForVectors(half, [&](int64_t i, int64_t count) {
    const Vec first = LoadSome(x + i, count);
    const Vec second = LoadSome(x + half + i, count);
    const Vec cosine = LoadSome(cosines + i, count);
    const Vec sine = LoadSome(sines + i, count);
    StoreSome(y + i, Fma(second, Set1(0.0F) - sine, first * cosine), count);
    StoreSome(y + half + i, Fma(first, sine, second * cosine), count);
  });
}

inline void RotateNeighbours(const float* x, int64_t half, const float* cosines, const float* sines, float* y) {
  alignas(64) float signs[kLanes];
  for (int i = 0; i < kLanes; ++i) {
    signs[i] = i % 2 == 0 ? -1.0F : 1.0F;
  }
  const Vec sign = Load(signs);
  alignas(64) float part[2 * kLanes] = {};
  ForVectors(2 * half, [&](int64_t i, int64_t count) {
    const float* cosine = cosines + i / 2;
    const float* sine = sines + i / 2;
    if (count < kLanes) {
      // Eight pairs are read of the tables, which may end before.
      for (int64_t pair = 0; pair < count / 2; ++pair) {
        part[pair] = cosine[pair];
        part[kLanes + pair] = sine[pair];
      }
      cosine = part;
      sine = part + kLanes;
    }
    const Vec value = LoadSome(x + i, count);
    StoreSome(y + i, Fma(SwapPairs(value), LoadTwice(sine) * sign, value * LoadTwice(cosine)), count);
  });
}

inline void RotaryRows(const RotaryArgs& args, int64_t begin, int64_t end) {
  const int64_t half = args.rotated / 2;
  for (int64_t row = begin; row < end; ++row) {
    const float* cosines = args.cosines + args.positions[row] * half;
    const float* sines = args.sines + args.positions[row] * half;
    for (int64_t head = 0; head < args.heads; ++head) {
      const float* x = args.x + row * args.x_stride + head * args.head_size;
      float* y = args.y + row * args.y_stride + head * args.head_size;
      if (args.pairs == RotaryPairs::Halves) {
        RotateHalves(x, half, cosines, sines, y);
      } else {
        RotateNeighbours(x, half, cosines, sines, y);
      }
      if (x != y) {
        ForVectors(args.head_size - args.rotated,
                   [&](int64_t i, int64_t count) { StoreSome(y + args.rotated + i, LoadSome(x + args.rotated + i, count), count); });
      }
    }
  }
}

}  // namespace plait::PLAIT_FORM
