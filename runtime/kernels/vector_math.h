// Exponential, error function and the activations built on them, sixteen at a time and the same bits in every lane. Included by forms only.
#pragma once

#include "runtime/kernels/linear.h"
#include "runtime/kernels/simd.h"

namespace plait::PLAIT_FORM {

/// e^x within 2 units in the last place; 0 where x < -87.3, e^88 where x > 88. Exactly 1 at 0. What is not a number stays so.
/// x = n ln 2 + r with |r| <= ln 2 / 2; ln 2 in two parts, so that r keeps its digits; e^r by its Taylor polynomial.
inline Vec Exp(Vec x) {
  constexpr float kLowest = -87.3F;
  Vec clamped = Min(Set1(88.0F), Max(Set1(kLowest), x));
  Vec n = Round(clamped * Set1(1.44269504F));
  Vec r = Fma(n, Set1(-0.693359375F), clamped);
  r = Fma(n, Set1(2.12194440e-4F), r);
  Vec p = Set1(1.0F / 5040);
  p = Fma(p, r, Set1(1.0F / 720));
  p = Fma(p, r, Set1(1.0F / 120));
  p = Fma(p, r, Set1(1.0F / 24));
  p = Fma(p, r, Set1(1.0F / 6));
  p = Fma(p, r, Set1(0.5F));
  p = Fma(p, r, Set1(1.0F));
  p = Fma(p, r, Set1(1.0F));
  return SelectLess(x, Set1(kLowest), Set1(0.0F), p * PowerOfTwo(n));
}

/// The error function within about 2e-7: a polynomial near 0, 1 - e^(polynomial) beyond.
inline Vec Erf(Vec x) {
  Vec t = Abs(x);
  Vec s = x * x;
  Vec far = Fma(Set1(-1.72853470e-5F), t, Set1(3.83197126e-4F));
  Vec far_high = Fma(Set1(-3.88396438e-3F), t, Set1(2.42546219e-2F));
  far = Fma(far, s, far_high);
  far = Fma(far, t, Set1(-1.06777877e-1F));
  far = Fma(far, t, Set1(-6.34846687e-1F));
  far = Fma(far, t, Set1(-1.28717512e-1F));
  far = Fma(far, t, Set1(0.0F) - t);
  far = CopySign(Set1(1.0F) - Exp(far), x);
  Vec near = Set1(-5.96761703e-4F);
  near = Fma(near, s, Set1(4.99119423e-3F));
  near = Fma(near, s, Set1(-2.67681349e-2F));
  near = Fma(near, s, Set1(1.12819925e-1F));
  near = Fma(near, s, Set1(-3.76125336e-1F));
  near = Fma(near, s, Set1(1.28379166e-1F));
  near = Fma(near, x, x);
  return SelectLess(t, Set1(0.927734375F), near, far);
}

/// The hyperbolic tangent within about 1e-7.
inline Vec Tanh(Vec x) {
  Vec e = Exp(Abs(x) * Set1(-2.0F));
  return CopySign((Set1(1.0F) - e) / (Set1(1.0F) + e), x);
}

/// x/2 (1 + tanh(u)) = x / (1 + e^(-2u)) with u = sqrt(2/pi) (x + 0.044715 x^3)
inline Vec GeluTanh(Vec x) {
  constexpr float kTwiceRootTwoOverPi = 1.59576912F;
  Vec u = Fma(x * x * x, Set1(0.044715F), x);
  return x / (Set1(1.0F) + Exp(u * Set1(-kTwiceRootTwoOverPi)));
}

inline Vec GeluErf(Vec x) {
  constexpr float kRootHalf = 0.707106781F;
  Vec half = x * Set1(0.5F);
  return Fma(half, Erf(x * Set1(kRootHalf)), half);
}

/// x / (1 + e^-t)
inline Vec TimesSigmoid(Vec x, Vec t) {
  // Far below zero, e^-t no longer grows here with t.
  return SelectLess(t, Set1(-88.0F), Set1(-0.0F), x / (Set1(1.0F) + Exp(Set1(0.0F) - t)));
}

/// x / (1 + e^-x), also called swish (Elfwing, Uchibe and Doya 2017).
inline Vec Silu(Vec x) { return TimesSigmoid(x, x); }

/// x / (1 + e^-1.702x), the nearest sigmoid to GELU (Hendrycks and Gimpel 2016), which CLIP has.
inline Vec QuickGelu(Vec x) { return TimesSigmoid(x, x * Set1(1.702F)); }

inline Vec Activate(Activation activation, Vec x) {
  switch (activation) {
    case Activation::None:
      return x;
    case Activation::GeluTanh:
      return GeluTanh(x);
    case Activation::GeluErf:
      return GeluErf(x);
    case Activation::Relu:
      return Max(x, Set1(0.0F));
    case Activation::Tanh:
      return Tanh(x);
    case Activation::Silu:
      return Silu(x);
    case Activation::QuickGelu:
      return QuickGelu(x);
  }
  return x;
}

}  // namespace plait::PLAIT_FORM
