// A weight matrix packed once for the kernels, in one of their formats.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include <ATen/core/Tensor.h>

#include "runtime/base/thread_team.h"
#include "runtime/kernels/linear.h"

namespace plait {

class PackedMatrix {
 public:
  /// All zeros.
  PackedMatrix(WeightFormat format, int64_t depth, int64_t columns);

  /// Valid as long as the matrix, also when it is moved.
  [[nodiscard]] PackedWeights weights() const;
  [[nodiscard]] WeightFormat format() const { return format_; }
  [[nodiscard]] int64_t depth() const { return depth_; }
  [[nodiscard]] int64_t columns() const { return columns_; }
  /// Bytes that one pass reads.
  [[nodiscard]] int64_t bytes() const;

  /// The panels of an `F32` matrix.
  [[nodiscard]] float* floats();

  /// What is stored, [ceil(columns / 64), depth, 64] weights and, for `Int8`, [ceil(columns / 64), 64] scales.
  [[nodiscard]] std::span<std::byte> panel_bytes();
  [[nodiscard]] std::span<std::byte> scale_bytes();

  /// Stores panels from `first_panel` on, given as floats [panels, depth, 64].
  void Encode(const float* panels, int64_t first_panel, int64_t panel_count, ThreadTeam& team);

  /// One column, [depth].
  void ReadColumn(int64_t column, float* out) const;

  /// The same matrix with int8 weights. From an `F32` or `Bf16` matrix.
  [[nodiscard]] PackedMatrix ToInt8(ThreadTeam& team) const;

 private:
  WeightFormat format_;
  int64_t depth_;
  int64_t columns_;
  at::Tensor panels_;  // [ceil(columns / 64), depth, 64]
  at::Tensor scales_;  // [ceil(columns / 64), 64] for `Int8`, or undefined
};

}  // namespace plait
