// Sixteen floats on any processor. Included by simd.h only.
#pragma once

#include "runtime/kernels/simd_types.h"

namespace plait::PLAIT_FORM {

/// The compiler's own vectors, which it maps to whatever the processor has.
using Floats = float __attribute__((vector_size(64)));
using Ints = int32_t __attribute__((vector_size(64)));

struct Vec {
  Floats v;
};

inline Vec Load(const float* p) {
  Vec a;
  __builtin_memcpy(&a.v, p, sizeof(a.v));
  return a;
}
inline void Store(float* p, Vec a) { __builtin_memcpy(p, &a.v, sizeof(a.v)); }
inline Vec Widen(const float* p) { return Load(p); }
inline Vec Widen(const Bf16* p) {
  using Halves = uint16_t __attribute__((vector_size(32)));
  Halves bits;
  __builtin_memcpy(&bits, p, sizeof(bits));
  return {reinterpret_cast<Floats>(__builtin_convertvector(bits, Ints) << 16)};
}
inline Vec Widen(const int8_t* p) {
  using Bytes = int8_t __attribute__((vector_size(16)));
  Bytes bytes;
  __builtin_memcpy(&bytes, p, sizeof(bytes));
  return {__builtin_convertvector(bytes, Floats)};
}
inline Vec Set1(float a) { return {a - Floats{}}; }
inline Vec operator+(Vec a, Vec b) { return {a.v + b.v}; }
inline Vec operator-(Vec a, Vec b) { return {a.v - b.v}; }
inline Vec operator*(Vec a, Vec b) { return {a.v * b.v}; }
inline Vec operator/(Vec a, Vec b) { return {a.v / b.v}; }
/// Rounds twice: a fused operation without hardware for it would be a function call a lane.
inline Vec Fma(Vec a, Vec b, Vec c) { return {a.v * b.v + c.v}; }
inline Vec Max(Vec a, Vec b) { return {a.v > b.v ? a.v : b.v}; }
inline Vec Min(Vec a, Vec b) { return {a.v < b.v ? a.v : b.v}; }
inline Vec Abs(Vec a) { return {reinterpret_cast<Floats>(reinterpret_cast<Ints>(a.v) & 0x7fffffff)}; }
inline Vec CopySign(Vec magnitude, Vec sign) {
  Ints bit = reinterpret_cast<Ints>(sign.v) & INT32_MIN;
  return {reinterpret_cast<Floats>(reinterpret_cast<Ints>(Abs(magnitude).v) | bit)};
}
inline Vec Round(Vec a) {
  // Adding and taking away 1.5 * 2^23 leaves no bits for a fraction; only small numbers come here.
  Floats shift = Set1(12582912.0F).v;
  return {(a.v + shift) - shift};
}
inline Vec PowerOfTwo(Vec a) { return {reinterpret_cast<Floats>((__builtin_convertvector(a.v, Ints) + 127) << 23)}; }
inline Vec SelectLess(Vec a, Vec b, Vec x, Vec y) { return {a.v < b.v ? x.v : y.v}; }
inline bool AnyAbove(Vec a, Vec b) {
  const Ints above = ~(a.v <= b.v);
  int32_t any = 0;
  for (int i = 0; i < kLanes; ++i) {
    any |= above[i];
  }
  return any != 0;
}
inline Vec SwapPairs(Vec a) { return {__builtin_shufflevector(a.v, a.v, 1, 0, 3, 2, 5, 4, 7, 6, 9, 8, 11, 10, 13, 12, 15, 14)}; }
inline Vec LoadTwice(const float* p) {
  Floats a{};
  __builtin_memcpy(&a, p, sizeof(a) / 2);
  return {__builtin_shufflevector(a, a, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7)};
}

}  // namespace plait::PLAIT_FORM
