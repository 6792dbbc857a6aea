// Sixteen floats at a time, in the instructions of the form being compiled. Only the form_*.cpp files include this, each with
// PLAIT_FORM naming its own namespace, so that code for one processor never stands in for code for another.
#pragma once

#include <cstdint>

#if defined(__x86_64__)
#include <immintrin.h>
#else
#include <cstring>
#endif

namespace plait::PLAIT_FORM {

constexpr int kLanes = 16;

/// The upper half of a float.
struct Bf16 {
  uint16_t bits;
};

#if defined(__AVX512F__) && defined(__AVX512DQ__)

struct Vec {
  __m512 v;
};

inline Vec Load(const float* p) { return {_mm512_loadu_ps(p)}; }
inline void Store(float* p, Vec a) { _mm512_storeu_ps(p, a.v); }
inline Vec Widen(const float* p) { return Load(p); }
inline Vec Widen(const Bf16* p) {
  __m256i bits = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  return {_mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16))};
}
inline Vec Widen(const int8_t* p) {
  return {_mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p))))};
}
inline Vec Set1(float a) { return {_mm512_set1_ps(a)}; }
inline Vec operator+(Vec a, Vec b) { return {_mm512_add_ps(a.v, b.v)}; }
inline Vec operator-(Vec a, Vec b) { return {_mm512_sub_ps(a.v, b.v)}; }
inline Vec operator*(Vec a, Vec b) { return {_mm512_mul_ps(a.v, b.v)}; }
inline Vec operator/(Vec a, Vec b) { return {_mm512_div_ps(a.v, b.v)}; }
/// a * b + c
inline Vec Fma(Vec a, Vec b, Vec c) { return {_mm512_fmadd_ps(a.v, b.v, c.v)}; }
inline Vec Max(Vec a, Vec b) { return {_mm512_max_ps(a.v, b.v)}; }
inline Vec Min(Vec a, Vec b) { return {_mm512_min_ps(a.v, b.v)}; }
inline Vec Abs(Vec a) { return {_mm512_abs_ps(a.v)}; }
inline Vec CopySign(Vec magnitude, Vec sign) {
  __m512 bit = _mm512_set1_ps(-0.0F);
  return {_mm512_or_ps(_mm512_andnot_ps(bit, magnitude.v), _mm512_and_ps(bit, sign.v))};
}
/// To the nearest integer, ties to even.
inline Vec Round(Vec a) { return {_mm512_roundscale_ps(a.v, _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC)}; }
/// 2^a for integers a in [-126, 127].
inline Vec PowerOfTwo(Vec a) {
  return {_mm512_castsi512_ps(_mm512_slli_epi32(_mm512_add_epi32(_mm512_cvtps_epi32(a.v), _mm512_set1_epi32(127)), 23))};
}
/// Where a < b, x; elsewhere y.
inline Vec SelectLess(Vec a, Vec b, Vec x, Vec y) { return {_mm512_mask_blend_ps(_mm512_cmp_ps_mask(a.v, b.v, _CMP_LT_OQ), y.v, x.v)}; }

#elif defined(__AVX2__) && defined(__FMA__)

struct Vec {
  __m256 low, high;
};

inline Vec Load(const float* p) { return {_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)}; }
inline void Store(float* p, Vec a) {
  _mm256_storeu_ps(p, a.low);
  _mm256_storeu_ps(p + 8, a.high);
}
inline Vec Widen(const float* p) { return Load(p); }
inline __m256 WidenHalf(const Bf16* p) {
  __m128i bits = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
  return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(bits), 16));
}
inline __m256 WidenHalf(const int8_t* p) {
  return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64(reinterpret_cast<const __m128i*>(p))));
}
inline Vec Widen(const Bf16* p) { return {WidenHalf(p), WidenHalf(p + 8)}; }
inline Vec Widen(const int8_t* p) { return {WidenHalf(p), WidenHalf(p + 8)}; }
inline Vec Set1(float a) { return {_mm256_set1_ps(a), _mm256_set1_ps(a)}; }
inline Vec operator+(Vec a, Vec b) { return {_mm256_add_ps(a.low, b.low), _mm256_add_ps(a.high, b.high)}; }
inline Vec operator-(Vec a, Vec b) { return {_mm256_sub_ps(a.low, b.low), _mm256_sub_ps(a.high, b.high)}; }
inline Vec operator*(Vec a, Vec b) { return {_mm256_mul_ps(a.low, b.low), _mm256_mul_ps(a.high, b.high)}; }
inline Vec operator/(Vec a, Vec b) { return {_mm256_div_ps(a.low, b.low), _mm256_div_ps(a.high, b.high)}; }
inline Vec Fma(Vec a, Vec b, Vec c) { return {_mm256_fmadd_ps(a.low, b.low, c.low), _mm256_fmadd_ps(a.high, b.high, c.high)}; }
inline Vec Max(Vec a, Vec b) { return {_mm256_max_ps(a.low, b.low), _mm256_max_ps(a.high, b.high)}; }
inline Vec Min(Vec a, Vec b) { return {_mm256_min_ps(a.low, b.low), _mm256_min_ps(a.high, b.high)}; }
inline Vec Abs(Vec a) {
  __m256 bit = _mm256_set1_ps(-0.0F);
  return {_mm256_andnot_ps(bit, a.low), _mm256_andnot_ps(bit, a.high)};
}
inline __m256 CopySignHalf(__m256 magnitude, __m256 sign) {
  __m256 bit = _mm256_set1_ps(-0.0F);
  return _mm256_or_ps(_mm256_andnot_ps(bit, magnitude), _mm256_and_ps(bit, sign));
}
inline Vec CopySign(Vec magnitude, Vec sign) { return {CopySignHalf(magnitude.low, sign.low), CopySignHalf(magnitude.high, sign.high)}; }
inline Vec Round(Vec a) {
  constexpr int kMode = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;
  return {_mm256_round_ps(a.low, kMode), _mm256_round_ps(a.high, kMode)};
}
inline __m256 PowerOfTwoHalf(__m256 a) {
  return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_add_epi32(_mm256_cvtps_epi32(a), _mm256_set1_epi32(127)), 23));
}
inline Vec PowerOfTwo(Vec a) { return {PowerOfTwoHalf(a.low), PowerOfTwoHalf(a.high)}; }
inline Vec SelectLess(Vec a, Vec b, Vec x, Vec y) {
  return {_mm256_blendv_ps(y.low, x.low, _mm256_cmp_ps(a.low, b.low, _CMP_LT_OQ)),
          _mm256_blendv_ps(y.high, x.high, _mm256_cmp_ps(a.high, b.high, _CMP_LT_OQ))};
}

#else

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

#endif

/// The first `count` floats, zero after them.
inline Vec LoadPart(const float* p, int64_t count) {
  alignas(64) float lanes[kLanes] = {};
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
