// Sixteen floats in four registers of AArch64. Included by simd.h only.
#pragma once

#include <arm_neon.h>

#include "runtime/kernels/simd_types.h"

namespace plait::PLAIT_FORM {

using Quad = float32x4_t;

/// Members rather than an array, which GCC 12 would keep in memory.
struct Vec {
  Quad a, b, c, d;
};

/// `use` of each register of the vectors.
template <class Use, class... Vecs>
inline Vec ForQuads(const Use& use, Vecs... vecs) {
  return {use(vecs.a...), use(vecs.b...), use(vecs.c...), use(vecs.d...)};
}

inline Vec Load(const float* p) { return {vld1q_f32(p), vld1q_f32(p + 4), vld1q_f32(p + 8), vld1q_f32(p + 12)}; }
inline void Store(float* p, Vec x) {
  vst1q_f32(p, x.a);
  vst1q_f32(p + 4, x.b);
  vst1q_f32(p + 8, x.c);
  vst1q_f32(p + 12, x.d);
}
inline Vec Widen(const float* p) { return Load(p); }
inline Quad UpperHalves(uint16x4_t bits) { return vreinterpretq_f32_u32(vshll_n_u16(bits, 16)); }
inline Vec Widen(const Bf16* p) {
  const uint16x8_t low = vld1q_u16(reinterpret_cast<const uint16_t*>(p));
  const uint16x8_t high = vld1q_u16(reinterpret_cast<const uint16_t*>(p) + 8);
  return {UpperHalves(vget_low_u16(low)), UpperHalves(vget_high_u16(low)), UpperHalves(vget_low_u16(high)),
          UpperHalves(vget_high_u16(high))};
}
inline Vec Widen(const int8_t* p) {
  const int8x16_t bytes = vld1q_s8(p);
  const int16x8_t low = vmovl_s8(vget_low_s8(bytes));
  const int16x8_t high = vmovl_s8(vget_high_s8(bytes));
  return {vcvtq_f32_s32(vmovl_s16(vget_low_s16(low))), vcvtq_f32_s32(vmovl_s16(vget_high_s16(low))),
          vcvtq_f32_s32(vmovl_s16(vget_low_s16(high))), vcvtq_f32_s32(vmovl_s16(vget_high_s16(high)))};
}
inline Vec Set1(float x) {
  const Quad quad = vdupq_n_f32(x);
  return {quad, quad, quad, quad};
}
inline Vec operator+(Vec x, Vec y) {
  return ForQuads([](Quad s, Quad t) { return vaddq_f32(s, t); }, x, y);
}
inline Vec operator-(Vec x, Vec y) {
  return ForQuads([](Quad s, Quad t) { return vsubq_f32(s, t); }, x, y);
}
inline Vec operator*(Vec x, Vec y) {
  return ForQuads([](Quad s, Quad t) { return vmulq_f32(s, t); }, x, y);
}
inline Vec operator/(Vec x, Vec y) {
  return ForQuads([](Quad s, Quad t) { return vdivq_f32(s, t); }, x, y);
}
inline Vec Fma(Vec x, Vec y, Vec z) {
  return ForQuads([](Quad s, Quad t, Quad u) { return vfmaq_f32(u, s, t); }, x, y, z);
}
// NEON's own maximum and minimum treat zeros and what is not a number otherwise than the other forms' do.
inline Vec Max(Vec x, Vec y) {
  return ForQuads([](Quad s, Quad t) { return vbslq_f32(vcgtq_f32(s, t), s, t); }, x, y);
}
inline Vec Min(Vec x, Vec y) {
  return ForQuads([](Quad s, Quad t) { return vbslq_f32(vcltq_f32(s, t), s, t); }, x, y);
}
inline Vec Abs(Vec x) {
  return ForQuads([](Quad s) { return vabsq_f32(s); }, x);
}
inline Vec CopySign(Vec magnitude, Vec sign) {
  return ForQuads([](Quad s, Quad t) { return vbslq_f32(vdupq_n_u32(0x80000000), t, s); }, magnitude, sign);
}
inline Vec Round(Vec x) {
  return ForQuads([](Quad s) { return vrndnq_f32(s); }, x);
}
inline Vec PowerOfTwo(Vec x) {
  return ForQuads([](Quad s) { return vreinterpretq_f32_s32(vshlq_n_s32(vaddq_s32(vcvtnq_s32_f32(s), vdupq_n_s32(127)), 23)); }, x);
}
inline Vec SelectLess(Vec x, Vec y, Vec less, Vec other) {
  return ForQuads([](Quad s, Quad t, Quad u, Quad v) { return vbslq_f32(vcltq_f32(s, t), u, v); }, x, y, less, other);
}
inline bool AnyAbove(Vec x, Vec y) {
  const uint32x4_t low = vandq_u32(vcleq_f32(x.a, y.a), vcleq_f32(x.b, y.b));
  const uint32x4_t high = vandq_u32(vcleq_f32(x.c, y.c), vcleq_f32(x.d, y.d));
  return vminvq_u32(vandq_u32(low, high)) == 0;
}
inline Vec SwapPairs(Vec x) {
  return ForQuads([](Quad s) { return vrev64q_f32(s); }, x);
}
inline Vec LoadTwice(const float* p) {
  const Quad low = vld1q_f32(p);
  const Quad high = vld1q_f32(p + 4);
  return {vzip1q_f32(low, low), vzip2q_f32(low, low), vzip1q_f32(high, high), vzip2q_f32(high, high)};
}

// GCC 12 keeps arrays of vectors of four registers in memory, so tiles hold single registers.
#define PLAIT_REGISTER_IS_PART
struct Register {
  Quad quad;
};
constexpr int kRegisterLanes = 4;
inline Register LoadRegister(const float* p) { return {vld1q_f32(p)}; }
inline Register WidenRegister(const float* p) { return {vld1q_f32(p)}; }
inline Register WidenRegister(const Bf16* p) { return {UpperHalves(vld1_u16(reinterpret_cast<const uint16_t*>(p)))}; }
inline Register WidenRegister(const int8_t* p) {
  int32_t bytes;
  __builtin_memcpy(&bytes, p, sizeof(bytes));
  const int16x8_t halves = vmovl_s8(vreinterpret_s8_s32(vdup_n_s32(bytes)));
  return {vcvtq_f32_s32(vmovl_s16(vget_low_s16(halves)))};
}
inline Register SetRegister(float x) { return {vdupq_n_f32(x)}; }
inline Register Fma(Register x, Register y, Register z) { return {vfmaq_f32(z.quad, x.quad, y.quad)}; }
inline void Store(float* p, Register x) { vst1q_f32(p, x.quad); }

}  // namespace plait::PLAIT_FORM
