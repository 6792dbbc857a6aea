// Packing: both storage orders, every element type, layers side by side, and the way back.
#include "runtime/kernels/pack.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <tuple>

#include "random.h"
#include "runtime/kernels/linear.h"

namespace plait {
namespace {

template <class T>
MatrixSource SourceOf(const std::vector<T>& values, ElementType type, int64_t rows) {
  return {reinterpret_cast<const std::byte*>(values.data()), type, rows, static_cast<int64_t>(values.size()) / rows};
}

TEST_CASE("both storage orders give the same panels, zero after the last column") {
  constexpr int64_t kDepth = 37;
  constexpr int64_t kEach = 45;
  std::vector<float> first = RandomFloats(kDepth * kEach, 1);
  std::vector<float> second = RandomFloats(kDepth * kEach, 2);
  auto size = static_cast<size_t>(PanelCount(2 * kEach) * kDepth * kPanelColumns);
  std::vector<float> by_depth(size);
  std::vector<float> by_column(size);
  for (const auto& [weight, offset] : {std::pair{first, int64_t{0}}, {second, kEach}}) {
    std::vector<float> transposed(weight.size());
    for (size_t k = 0; k < kDepth; ++k) {
      for (size_t c = 0; c < kEach; ++c) {
        transposed[c * kDepth + k] = weight[k * kEach + c];
      }
    }
    MatrixSource depth_rows = SourceOf(weight, ElementType::F32, kDepth);
    PackDepthRows(depth_rows, 0, 20, offset, by_depth.data());
    PackDepthRows(depth_rows, 20, kDepth, offset, by_depth.data());
    MatrixSource column_rows = SourceOf(transposed, ElementType::F32, kEach);
    PackColumnRows(column_rows, 0, 10, offset, by_column.data());
    PackColumnRows(column_rows, 10, kEach, offset, by_column.data());
  }
  CHECK(by_depth == by_column);
  for (int64_t column = 0; column < PanelCount(2 * kEach) * kPanelColumns; ++column) {
    std::vector<float> values(kDepth);
    UnpackColumn({.panels = reinterpret_cast<const std::byte*>(by_depth.data())}, kDepth, column, values.data());
    for (int64_t k = 0; k < kDepth; ++k) {
      float expected = 0;
      if (column < 2 * kEach) {
        expected = (column < kEach ? first : second)[static_cast<size_t>(k * kEach + column % kEach)];
      }
      CHECK(values[static_cast<size_t>(k)] == expected);
    }
  }
}

/// What the IEEE formats say, by arithmetic.
double Decode(uint16_t bits, int mantissa_bits, int bias) {
  int exponent_bits = 15 - mantissa_bits;
  int exponent = bits >> mantissa_bits & ((1 << exponent_bits) - 1);
  double mantissa = (bits & ((1 << mantissa_bits) - 1)) / std::pow(2.0, mantissa_bits);
  double magnitude = exponent == 0 ? mantissa * std::pow(2.0, 1 - bias) : (1 + mantissa) * std::pow(2.0, exponent - bias);
  if (exponent == (1 << exponent_bits) - 1) {
    magnitude = mantissa == 0 ? INFINITY : NAN;
  }
  return (bits & 0x8000) != 0 ? -magnitude : magnitude;
}

TEST_CASE("every half and every bfloat16 becomes the float that it means") {
  std::vector<uint16_t> bits;
  for (uint32_t value = 0; value < 0x10000; ++value) {
    bits.push_back(static_cast<uint16_t>(value));
  }
  for (auto [type, mantissa_bits, bias] : {std::tuple{ElementType::F16, 10, 15}, {ElementType::BF16, 7, 127}}) {
    std::vector<float> floats(bits.size());
    ReadFloats(SourceOf(bits, type, 1), 0, static_cast<int64_t>(bits.size()), floats.data());
    int wrong = 0;
    for (size_t i = 0; i < bits.size(); ++i) {
      double expected = Decode(bits[i], mantissa_bits, bias);
      bool same = std::isnan(expected) ? std::isnan(floats[i]) : floats[i] == expected && std::signbit(floats[i]) == std::signbit(expected);
      wrong += same ? 0 : 1;
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("data of any alignment, from any element on") {
  std::vector<float> values = {1, 2, 3, 4, 5, 6};
  std::vector<std::byte> shifted(values.size() * sizeof(float) + 1);
  std::copy_n(reinterpret_cast<const std::byte*>(values.data()), values.size() * sizeof(float), shifted.data() + 1);
  std::vector<float> read(3);
  ReadFloats({shifted.data() + 1, ElementType::F32, 2, 3}, 2, 3, read.data());
  CHECK(read == std::vector<float>{3, 4, 5});
}

TEST_CASE("weights stored as bf16 are rounded to nearest, ties to even, and come back exactly") {
  auto round_trip = [](float value) {
    std::vector<float> panel(kPanelColumns, value);
    std::vector<std::byte> stored(kPanelColumns * 2);
    EncodePanels(panel.data(), 1, 1, WeightFormat::Bf16, stored.data(), nullptr);
    float back = 0;
    UnpackColumn({.format = WeightFormat::Bf16, .panels = stored.data()}, 1, 63, &back);
    return back;
  };
  for (float exact : {0.0F, -0.0F, 1.0F, -1.5F, 0x1.feP127F, 0x1p-133F, INFINITY, -INFINITY}) {
    CHECK(round_trip(exact) == exact);
  }
  CHECK(round_trip(0x1.01p0F) == 0x1.00p0F);
  CHECK(round_trip(0x1.03p0F) == 0x1.04p0F);
  CHECK(round_trip(0x1.0101p0F) == 0x1.02p0F);
  CHECK(round_trip(-0x1.03p0F) == -0x1.04p0F);
  CHECK(std::isnan(round_trip(std::nanf(""))));
}

TEST_CASE("weights stored as int8 are within half a step of their column's scale") {
  constexpr int64_t kDepth = 50;
  constexpr int64_t kPanels = 2;
  std::vector<float> panels = RandomFloats(kPanels * kDepth * kPanelColumns, 8, 3);
  constexpr int64_t kZeroColumn = 70;
  for (int64_t k = 0; k < kDepth; ++k) {
    panels[static_cast<size_t>(kDepth * kPanelColumns + k * kPanelColumns + kZeroColumn - kPanelColumns)] = 0;
  }
  std::vector<std::byte> stored(panels.size());
  std::vector<float> scales(kPanels * kPanelColumns);
  EncodePanels(panels.data(), kDepth, kPanels, WeightFormat::Int8, stored.data(), scales.data());
  const PackedWeights packed{WeightFormat::Int8, stored.data(), scales.data()};
  for (int64_t column = 0; column < kPanels * kPanelColumns; ++column) {
    std::vector<float> values(kDepth);
    std::vector<float> expected(kDepth);
    UnpackColumn(packed, kDepth, column, values.data());
    UnpackColumn({.panels = reinterpret_cast<const std::byte*>(panels.data())}, kDepth, column, expected.data());
    float largest = 0;
    for (size_t k = 0; k < kDepth; ++k) {
      largest = std::max(largest, std::abs(expected[k]));
    }
    CHECK((column == kZeroColumn) == (largest == 0));
    for (size_t k = 0; k < kDepth; ++k) {
      CHECK(std::abs(values[k] - expected[k]) <= largest / 127 * 0.5001F);
    }
  }
}

TEST_CASE("an int8 column with a weight that is not finite has a scale that is not finite, wherever the weight stands") {
  constexpr int64_t kDepth = 5;
  for (float broken : {NAN, -NAN, INFINITY, -INFINITY}) {
    for (int64_t row = 0; row < kDepth; ++row) {
      std::vector<float> panel = RandomFloats(kDepth * kPanelColumns, 9, 3);
      panel[static_cast<size_t>(row * kPanelColumns + 7)] = broken;
      std::vector<std::byte> stored(panel.size());
      std::vector<float> scales(kPanelColumns);
      EncodePanels(panel.data(), kDepth, 1, WeightFormat::Int8, stored.data(), scales.data());
      for (size_t column = 0; column < scales.size(); ++column) {
        CHECK(std::isfinite(scales[column]) == (column != 7));
      }
      CHECK(std::isnan(scales[7]) == std::isnan(broken));
    }
  }
}

}  // namespace
}  // namespace plait
