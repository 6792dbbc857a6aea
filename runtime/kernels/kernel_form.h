// The hot loops as compiled for one kind of processor, and the choice among them.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "runtime/kernels/attention.h"
#include "runtime/kernels/linear.h"

namespace plait {

struct LayerNormArgs {
  const float* x = nullptr;  // [rows, width]
  int64_t x_stride = 0;
  int64_t width = 0;
  const float* weight = nullptr;  // [width]
  const float* bias = nullptr;    // [width]
  float epsilon = 0;
  float* y = nullptr;  // [rows, width]; may be x
  int64_t y_stride = 0;
};

/// All forms compute the same functions; every form gives a row the same bits whatever else it computes, but two forms may
/// differ in the last bits.
struct KernelForm {
  std::string_view name;
  /// Pieces [begin, end) of a linear layer.
  void (*linear)(const LinearArgs& args, int64_t begin, int64_t end);
  void (*attention)(const AttentionArgs& args);
  /// Rows [begin, end).
  void (*layer_norm)(const LayerNormArgs& args, int64_t begin, int64_t end);
};

/// The forms that this processor can run, the fastest first; the last one runs everywhere.
std::span<const KernelForm* const> RunnableKernelForms();

}  // namespace plait
