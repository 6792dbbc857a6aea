#include "runtime/kernels/rotary.h"

#include <cmath>

namespace plait {

std::vector<float> RotaryFrequencies(double base, int64_t rotated) {
  std::vector<float> frequencies;
  for (int64_t i = 0; i < rotated / 2; ++i) {
    frequencies.push_back(static_cast<float>(std::pow(base, -2.0 * static_cast<double>(i) / static_cast<double>(rotated))));
  }
  return frequencies;
}

void FillRotaryTables(std::span<const float> frequencies, int64_t first, int64_t count, float* cosines, float* sines) {
  for (int64_t position = first; position < first + count; ++position) {
    for (float frequency : frequencies) {
      const double angle = static_cast<float>(position) * frequency;
      *cosines++ = static_cast<float>(std::cos(angle));
      *sines++ = static_cast<float>(std::sin(angle));
    }
  }
}

}  // namespace plait
