// SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014).
#pragma once

#include <cstdint>

namespace plait {

/// What the states of the generator differ by, from each number to the next.
inline constexpr uint64_t kSplitMixStep = 0x9e3779b97f4a7c15U;

/// The finaliser: every bit of the result depends on every bit of `x`.
constexpr uint64_t MixBits(uint64_t x) {
  x = (x ^ (x >> 30U)) * 0xbf58476d1ce4e5b9U;
  x = (x ^ (x >> 27U)) * 0x94d049bb133111ebU;
  return x ^ (x >> 31U);
}

/// The number that the generator gives from this state.
constexpr uint64_t SplitMix64(uint64_t state) { return MixBits(state + kSplitMixStep); }

}  // namespace plait
