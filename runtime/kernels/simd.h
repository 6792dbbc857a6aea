// Sixteen floats at a time, in the instructions of the form being compiled. Only the form_*.cpp files include this, each with
// PLAIT_FORM naming its own namespace, so that code for one processor never stands in for code for another. Forms with a fused
// multiply-add (all but the portable one) compute every operation to the same bits.
#pragma once

#include <cstdint>

#if defined(PLAIT_FORM_IS_PORTABLE)
#include "runtime/kernels/simd_portable.h"
#elif defined(__AVX512F__) && defined(__AVX512DQ__)
#include "runtime/kernels/simd_avx512.h"
#elif defined(__AVX2__) && defined(__FMA__)
#include "runtime/kernels/simd_avx2.h"
#elif defined(__aarch64__)
#include "runtime/kernels/simd_neon.h"
#else
#include "runtime/kernels/simd_portable.h"
#endif

namespace plait::PLAIT_FORM {

#if !defined(PLAIT_REGISTER_IS_PART)
/// What the products of tiles are held in: a whole vector, or where it takes many registers, one of those.
using Register = Vec;
constexpr int kRegisterLanes = kLanes;
inline Register LoadRegister(const float* p) { return Load(p); }
template <class Weight>
inline Register WidenRegister(const Weight* p) {
  return Widen(p);
}
inline Register SetRegister(float a) { return Set1(a); }
#endif

/// The first `count` floats, and `rest` after them.
inline Vec LoadPart(const float* p, int64_t count, float rest = 0) {
  alignas(64) float lanes[kLanes];
  Store(lanes, Set1(rest));
  for (int64_t i = 0; i < count; ++i) {
    lanes[i] = p[i];
  }
  return Load(lanes);
}

inline void StorePart(float* p, Vec a, int64_t count) {
  alignas(64) float lanes[kLanes];
  Store(lanes, a);
  for (int64_t i = 0; i < count; ++i) {
    p[i] = lanes[i];
  }
}

/// The lanes' sum, in one fixed order in every form.
inline float Sum(Vec a) {
  alignas(64) float lanes[kLanes];
  Store(lanes, a);
  for (int width = kLanes / 2; width > 0; width /= 2) {
    for (int i = 0; i < width; ++i) {
      lanes[i] += lanes[i + width];
    }
  }
  return lanes[0];
}

inline float Largest(Vec a) {
  alignas(64) float lanes[kLanes];
  Store(lanes, a);
  float largest = lanes[0];
  for (float lane : lanes) {
    largest = lane > largest ? lane : largest;
  }
  return largest;
}

}  // namespace plait::PLAIT_FORM
