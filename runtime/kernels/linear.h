// y = x W + b on weights packed into panels, for any number of rows.
#pragma once

#include <cstddef>
#include <cstdint>

#include "runtime/base/thread_team.h"
#include "runtime/kernels/activation.h"

namespace plait {

/// Weights [depth, columns] are stored as [ceil(columns / 64)][depth][64], zeros after the last column.
constexpr int64_t kPanelColumns = 64;
/// Rows that are held in registers at once.
constexpr int64_t kRowBlock = 6;

/// How weights are stored. The arithmetic is fp32 whatever it is, so bf16 weights give what their values in fp32 give, to the bit.
enum class WeightFormat { F32, Bf16, Int8 };

constexpr int64_t WeightSize(WeightFormat format) { return format == WeightFormat::F32 ? 4 : (format == WeightFormat::Bf16 ? 2 : 1); }

struct PackedWeights {
  WeightFormat format = WeightFormat::F32;
  const std::byte* panels = nullptr;
  /// [columns rounded up to whole panels]: what stands for one in a column of `Int8`. Not used by the others.
  const float* scales = nullptr;
};

constexpr int64_t PanelCount(int64_t columns) { return (columns + kPanelColumns - 1) / kPanelColumns; }

struct LinearArgs {
  const float* x = nullptr;  // [rows, depth]
  int64_t x_stride = 0;
  int64_t rows = 0;
  PackedWeights weights;
  int64_t depth = 0;
  int64_t columns = 0;
  const float* bias = nullptr;  // [columns], or none
  Activation activation = Activation::None;
  /// Added after the activation, with the stride of y; may be y itself. Or none.
  const float* residual = nullptr;
  float* y = nullptr;  // [rows, columns]
  int64_t y_stride = 0;
};

/// The rows that one piece of work takes through a panel.
constexpr int64_t kLinearRowChunk = 8 * kRowBlock;

/// Pieces of work are numbered panel by panel, and within a panel by chunk of rows.
constexpr int64_t LinearPieces(const LinearArgs& args) {
  return PanelCount(args.columns) * ((args.rows + kLinearRowChunk - 1) / kLinearRowChunk);
}

struct KernelForm;

/// Each output is one chain of multiply-adds over ascending depth, then bias, activation and residual: its bits depend neither
/// on the other rows nor on the team's size.
void Linear(const KernelForm& form, const LinearArgs& args, ThreadTeam& team);

}  // namespace plait
