// Random weights for heads that a checkpoint does not bring, the same on every machine.
#pragma once

#include <cstdint>
#include <vector>

namespace plait {

/// Draws from N(0, standard_deviation): of SplitMix64 two outputs x give u1 = ((x >> 11) + 1) 2^-53 and u2 = (x >> 11) 2^-53, which Box and
/// Muller's transform turns into two normal values.
class RandomInit {
 public:
  explicit RandomInit(uint64_t seed) : state_(seed) {}

  /// The next `count` values; the second half of a pair that is not needed is dropped.
  std::vector<float> Normal(int64_t count, double standard_deviation);

 private:
  uint64_t Next();

  uint64_t state_;
};

}  // namespace plait
