#include "runtime/nn/largest_output.h"

#include <array>
#include <atomic>
#include <cmath>
#include <limits>

#include "runtime/kernels/kernel_form.h"

namespace plait {
namespace {

/// Beyond so many groups of outputs their scattered weights take longer to fetch than all weights in order.
constexpr int64_t kMostGroups = 256;

/// How far a score may be from its output, in scales of the output.
float SlackOf(const float* x, int64_t depth) {
  double sum = 0;
  for (int64_t k = 0; k < depth; ++k) {
    sum += std::abs(static_cast<double>(x[k]));
  }
  constexpr double kUnitRoundoff = 0x1p-24;
  constexpr double kLargestWeight = 127;
  // Two roundings a term where multiply and add are not fused, and a few for the scale and for this comparison itself.
  const double roundings = (2 * static_cast<double>(depth) + 16) * kUnitRoundoff;
  const double slack = sum * (0.5 + 2 * kLargestWeight * roundings / (1 - roundings));
  return static_cast<float>(slack * (1 + 8 * kUnitRoundoff));
}

}  // namespace

int64_t ForwardLargest(const LinearLayer& layer, const float* x, int64_t rows, float* y, ThreadTeam& team) {
  const KernelForm& form = layer.form();
  const int64_t depth = layer.in_features();
  const int64_t columns = layer.out_features();
  layer.Forward(x, rows, y, {.copy = WeightCopy::Draft}, team);
  const float* scales = layer.packed(WeightCopy::Draft).scales;
  const LinearArgs exact = {.x = x,
                            .x_stride = depth,
                            .rows = rows,
                            .weights = layer.packed(WeightCopy::Main),
                            .depth = depth,
                            .columns = columns,
                            .y = y,
                            .y_stride = columns};
  constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();
  std::atomic<int64_t> unknown = 0;
  team.ParallelFor(rows, 1, [&](int64_t begin, int64_t end) {
    std::array<int32_t, kMostGroups> groups;
    for (int64_t row = begin; row < end; ++row) {
      const float slack = SlackOf(x + row * depth, depth);
      float* scores = y + row * columns;
      const int64_t found = std::isfinite(slack) ? form.screen({.scores = scores,
                                                                .scales = scales,
                                                                .columns = columns,
                                                                .slack = slack,
                                                                .groups = groups.data(),
                                                                .most_groups = kMostGroups})
                                                 : -1;
      for (int64_t i = 0; i < found; ++i) {
        form.linear_group(exact, row, groups[static_cast<size_t>(i)]);
      }
      if (found < 0) {
        scores[0] = kUnknown;
        ++unknown;
      }
    }
  });
  if (unknown == 0) {
    return 0;
  }
  for (int64_t row = 0; row < rows; ++row) {
    // A row of finite weights and numbers that was screened has no such first element, and one that has it is what it would be.
    if (std::isnan(y[row * columns])) {
      layer.Forward(x + row * depth, 1, y + row * columns, {}, team);
    }
  }
  return unknown;
}

}  // namespace plait
