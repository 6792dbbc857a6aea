#include "runtime/nn/random_init.h"

#include <cmath>
#include <numbers>

namespace plait {

uint64_t RandomInit::Next() {
  state_ += 0x9e3779b97f4a7c15U;
  uint64_t z = state_;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
  z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
  return z ^ (z >> 31);
}

std::vector<float> RandomInit::Normal(int64_t count, double standard_deviation) {
  std::vector<float> values;
  values.reserve(static_cast<size_t>(count) + 1);
  while (static_cast<int64_t>(values.size()) < count) {
    const double u1 = static_cast<double>((Next() >> 11) + 1) * 0x1p-53;
    const double u2 = static_cast<double>(Next() >> 11) * 0x1p-53;
    const double radius = std::sqrt(-2 * std::log(u1));
    const double angle = 2 * std::numbers::pi * u2;
    values.push_back(static_cast<float>(radius * std::cos(angle) * standard_deviation));
    values.push_back(static_cast<float>(radius * std::sin(angle) * standard_deviation));
  }
  values.resize(static_cast<size_t>(count));
  return values;
}

}  // namespace plait
