// The largest output by way of the int8 copy, against all outputs.
#include "runtime/nn/largest_output.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "tests/unit/runtime/models/fixture.h"

namespace plait {
namespace {

using Floats = std::vector<float>;

/// How many rows of `x` were computed wholly; the largest of each row must be what the layer gives.
int64_t CheckLargest(const Floats& weight, int64_t depth, int64_t columns, const Floats& x, int threads) {
  const auto rows = static_cast<int64_t>(x.size()) / depth;
  const Checkpoint checkpoint = OpenOrFail(OraclePath("gpt2"));
  int64_t whole = 0;
  ThreadPool pool(threads);
  pool.Run([&](ThreadTeam& team) {
    WeightReader reader(checkpoint, Precision::Exact, {}, team, {});
    LinearLayer layer = LinearLayer::FromValues(reader.form(), weight, depth, columns);
    layer.AddDraft(reader);
    Floats all(static_cast<size_t>(rows * columns));
    layer.Forward(x.data(), rows, all.data(), {}, team);
    Floats largest(all.size());
    whole = ForwardLargest(layer, x.data(), rows, largest.data(), team);
    for (int64_t row = 0; row < rows; ++row) {
      auto best = [&](const Floats& y) { return std::max_element(y.begin() + row * columns, y.begin() + (row + 1) * columns); };
      CHECK(best(all) - all.begin() == best(largest) - largest.begin());
      CHECK(*best(all) == *best(largest));
    }
  });
  return whole;
}

Floats Normal(std::mt19937& random, size_t count, float spread) {
  std::normal_distribution<float> normal(0, spread);
  Floats values(count);
  std::ranges::generate(values, [&] { return normal(random); });
  return values;
}

TEST_CASE("it is the largest of all outputs, to the bit and at its place") {
  std::mt19937 random(5);
  for (auto [depth, columns] : {std::pair<int64_t, int64_t>{768, 5000}, {64, 1000}, {33, 130}, {1, 17}, {300, 1}}) {
    for (int rows : {1, 3, 7}) {
      const Floats weight = Normal(random, static_cast<size_t>(depth * columns), 0.02F);
      Floats x = Normal(random, static_cast<size_t>(depth * rows), 1);
      for (size_t i = 0; i < x.size(); i += 97) {
        x[i] *= 30;
      }
      const int64_t whole = CheckLargest(weight, depth, columns, x, 2);
      CHECK((whole == 0 || columns < 5000));
    }
  }
}

TEST_CASE("of equal outputs it is the first, and of nearly equal ones the larger") {
  std::mt19937 random(6);
  const int64_t depth = 128;
  const int64_t columns = 640;
  const Floats x = Normal(random, static_cast<size_t>(depth) * 5, 1);
  Floats weight = Normal(random, static_cast<size_t>(depth * columns), 0.02F);
  for (int64_t c = 1; c < columns; ++c) {
    std::copy_n(weight.begin(), depth, weight.begin() + c * depth);
  }
  CheckLargest(weight, depth, columns, x, 1);
  for (int64_t c = 0; c < columns; ++c) {
    float& one = weight[static_cast<size_t>(c * depth + c % depth)];
    one = std::nextafter(one, c % 3 == 0 ? 1.0F : -1.0F);
  }
  CheckLargest(weight, depth, columns, x, 2);
}

TEST_CASE("where too many outputs come close, and where numbers are not finite, all are computed") {
  std::mt19937 random(7);
  const int64_t depth = 32;
  const int64_t columns = 8192;
  Floats weight(static_cast<size_t>(depth * columns), 0.5F);
  Floats x = Normal(random, static_cast<size_t>(depth) * 2, 1);
  CHECK(CheckLargest(weight, depth, columns, x, 2) == 2);
  x[3] = std::numeric_limits<float>::infinity();
  weight = Normal(random, weight.size(), 0.1F);
  CHECK(CheckLargest(weight, depth, columns, x, 2) == 1);
}

TEST_CASE("an output that is not finite for its weights shows, however small the other ones are") {
  const Checkpoint checkpoint = OpenOrFail(OraclePath("gpt2"));
  constexpr int64_t kDepth = 48;
  constexpr int64_t kColumns = 1000;
  constexpr int64_t kBroken = 777;
  std::mt19937 random(8);
  const Floats x = Normal(random, kDepth, 1);
  Floats weight = Normal(random, static_cast<size_t>(kDepth * kColumns), 0.5F);
  std::fill_n(weight.begin() + kBroken * kDepth, kDepth, 0.0F);
  weight[kBroken * kDepth + 30] = std::numeric_limits<float>::quiet_NaN();
  ThreadPool pool(1);
  pool.Run([&](ThreadTeam& team) {
    WeightReader reader(checkpoint, Precision::Exact, {}, team, {});
    LinearLayer layer = LinearLayer::FromValues(reader.form(), weight, kDepth, kColumns);
    layer.AddDraft(reader);
    Floats largest(kColumns);
    ForwardLargest(layer, x.data(), 1, largest.data(), team);
    CHECK(std::isnan(largest[kBroken]));
  });
}

}  // namespace
}  // namespace plait
