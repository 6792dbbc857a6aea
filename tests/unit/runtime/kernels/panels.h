// Weights as the linear kernels read them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "runtime/kernels/linear.h"
#include "runtime/kernels/pack.h"

namespace plait {

inline constexpr WeightFormat kFormats[] = {WeightFormat::F32, WeightFormat::Bf16, WeightFormat::Int8};

struct Panels {
  int64_t depth = 0;
  int64_t columns = 0;
  WeightFormat format = WeightFormat::F32;
  std::vector<std::byte> bytes;
  std::vector<float> scales;

  [[nodiscard]] PackedWeights packed() const { return {format, bytes.data(), scales.data()}; }
};

/// `weight` is [depth, columns].
inline Panels MakePanels(const std::vector<float>& weight, int64_t depth, int64_t columns, WeightFormat format) {
  const int64_t count = PanelCount(columns);
  std::vector<float> floats(static_cast<size_t>(count * depth * kPanelColumns));
  PackDepthRows({reinterpret_cast<const std::byte*>(weight.data()), ElementType::F32, depth, columns}, 0, depth, 0, floats.data());
  Panels panels{depth, columns, format, {}, {}};
  // What is fetched ahead of the last panel is never used.
  panels.bytes.resize(floats.size() * static_cast<size_t>(WeightSize(format)));
  panels.scales.resize(static_cast<size_t>(count * kPanelColumns));
  EncodePanels(floats.data(), depth, count, format, panels.bytes.data(), panels.scales.data());
  return panels;
}

/// The layer for so many rows of x, without a bias; x and y have no gaps between their rows.
inline LinearArgs ArgsOf(const Panels& panels, const float* x, int64_t rows, float* y) {
  return {.x = x,
          .x_stride = panels.depth,
          .rows = rows,
          .weights = panels.packed(),
          .depth = panels.depth,
          .columns = panels.columns,
          .y = y,
          .y_stride = panels.columns};
}

}  // namespace plait
