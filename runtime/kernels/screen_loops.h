// The loops that find which outputs may be the largest, and that compute a few outputs of a linear layer. Included by forms only.
#pragma once

#include "runtime/kernels/linear_loops.h"
#include "runtime/kernels/screen.h"

namespace plait::PLAIT_FORM {

/// Writes the numbers of the groups of outputs one of which may be the largest of all, ascending, and says how many there are; -1 where
/// they are more than `most_groups`. What is not a number may be anything.
inline int64_t ScreenRow(const ScreenArgs& args) {
  float surely = -__builtin_inff();
  for (int64_t c = 0; c < args.columns; ++c) {
    const float least = args.scores[c] - args.slack * args.scales[c];
    surely = least > surely ? least : surely;
  }
  int64_t found = 0;
  for (int64_t begin = 0; begin < args.columns; begin += kScreenGroup) {
    const int64_t end = begin + kScreenGroup < args.columns ? begin + kScreenGroup : args.columns;
    bool is_less = true;
    for (int64_t c = begin; c < end; ++c) {
      is_less = is_less & (args.scores[c] + args.slack * args.scales[c] < surely);
    }
    if (!is_less) {
      if (found == args.most_groups) {
        return -1;
      }
      args.groups[found++] = static_cast<int32_t>(begin / kScreenGroup);
    }
  }
  return found;
}

template <class Weight>
inline void LinearGroup(const LinearArgs& args, int64_t row, int64_t group) {
  const int64_t column = group * kScreenGroup;
  const auto* panel = reinterpret_cast<const Weight*>(args.weights.panels) + column / kPanelColumns * args.depth * kPanelColumns;
  Tile tile;
  TileProduct<Weight>({.x = args.x + row * args.x_stride,
                       .x_stride = args.x_stride,
                       .panel = panel + column % kPanelColumns,
                       .panel_stride = kPanelColumns,
                       .depth = args.depth,
                       .vectors = kScreenGroup / kLanes,
                       .continues = false},
                      1, tile);
  FinishRow(args, tile.values[0], row, column, args.columns - column < kScreenGroup ? args.columns - column : kScreenGroup);
}

/// The outputs of one group for one row, to the bit as `LinearRange` computes them.
inline void LinearGroupOf(const LinearArgs& args, int64_t row, int64_t group) {
  switch (args.weights.format) {
    case WeightFormat::F32:
      return LinearGroup<float>(args, row, group);
    case WeightFormat::Bf16:
      return LinearGroup<Bf16>(args, row, group);
    case WeightFormat::Int8:
      return LinearGroup<int8_t>(args, row, group);
  }
}

}  // namespace plait::PLAIT_FORM
