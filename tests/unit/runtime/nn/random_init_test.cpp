// Random heads: the documented stream, value by value.
#include "runtime/nn/random_init.h"

#include <doctest/doctest.h>

#include <cmath>

namespace plait {
namespace {

TEST_CASE("the stream is the documented one") {
  // SplitMix64 from 0 begins with these (Vigna's reference implementation); the transform is written out.
  constexpr uint64_t kFirst = 0xe220a8397b1dcdafU;
  constexpr uint64_t kSecond = 0x6e789e6aa1b965f4U;
  const double u1 = static_cast<double>((kFirst >> 11) + 1) * 0x1p-53;
  const double u2 = static_cast<double>(kSecond >> 11) * 0x1p-53;
  RandomInit random(0);
  std::vector<float> values = random.Normal(2, 0.5);
  CHECK(values[0] == static_cast<float>(std::sqrt(-2 * std::log(u1)) * std::cos(2 * M_PI * u2) * 0.5));
  CHECK(values[1] == static_cast<float>(std::sqrt(-2 * std::log(u1)) * std::sin(2 * M_PI * u2) * 0.5));
}

TEST_CASE("an odd count drops the second half of its last pair") {
  RandomInit odd(3);
  RandomInit even(3);
  std::vector<float> three = odd.Normal(3, 1);
  std::vector<float> four = even.Normal(4, 1);
  CHECK(three.size() == 3);
  CHECK(std::vector<float>(four.begin(), four.begin() + 3) == three);
  CHECK(odd.Normal(5, 1) == even.Normal(5, 1));
}

TEST_CASE("mean and spread are those of the normal distribution") {
  std::vector<float> values = RandomInit(1).Normal(100'000, 0.02);
  double mean = 0;
  double square = 0;
  for (float value : values) {
    mean += value / 1e5;
    square += value * static_cast<double>(value) / 1e5;
  }
  CHECK(std::abs(mean) < 3e-4);
  CHECK(std::abs(std::sqrt(square) - 0.02) < 3e-4);
}

}  // namespace
}  // namespace plait
