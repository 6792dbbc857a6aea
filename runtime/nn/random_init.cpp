#include "runtime/nn/random_init.h"

#include <cmath>
#include <numbers>

#include "compiler/base/split_mix.h"

namespace plait {

uint64_t RandomInit::Next() {
  const uint64_t number = SplitMix64(state_);
  state_ += kSplitMixStep;
  return number;
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
