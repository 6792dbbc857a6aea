// The hot loops as compiled for one kind of processor, and the choice among them.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "runtime/kernels/arg_max.h"
#include "runtime/kernels/attention.h"
#include "runtime/kernels/gated_product.h"
#include "runtime/kernels/layer_norm.h"
#include "runtime/kernels/linear.h"
#include "runtime/kernels/rms_norm.h"
#include "runtime/kernels/rotary.h"
#include "runtime/kernels/screen.h"
#include "runtime/kernels/softmax.h"
#include "runtime/kernels/top_k.h"

namespace plait {

/// All forms compute the same functions; every form gives a row the same bits whatever else it computes. Forms whose processors fuse a
/// multiply and an add agree to the bit; the portable one, which rounds twice, may differ in the last bits.
struct KernelForm {
  std::string_view name;
  /// Pieces [begin, end) of a linear layer.
  void (*linear)(const LinearArgs& args, int64_t begin, int64_t end);
  /// The outputs of one group for one row, the same bits.
  void (*linear_group)(const LinearArgs& args, int64_t row, int64_t group);
  /// Writes the groups of outputs one of which may be the largest of all, ascending. Returns how many there are, -1 for too many.
  int64_t (*screen)(const ScreenArgs& args);
  void (*attention)(const AttentionArgs& args);
  // Rows [begin, end), each alone; `OverRows` shares them among a team.
  void (*layer_norm)(const LayerNormArgs& args, int64_t begin, int64_t end);
  void (*rms_norm)(const RmsNormArgs& args, int64_t begin, int64_t end);
  void (*rotary)(const RotaryArgs& args, int64_t begin, int64_t end);
  void (*gated_product)(const GatedProductArgs& args, int64_t begin, int64_t end);
  void (*softmax)(const SoftmaxArgs& args, int64_t begin, int64_t end);
  void (*arg_max)(const ArgMaxArgs& args, int64_t begin, int64_t end);
  void (*top_k)(const TopKArgs& args, int64_t begin, int64_t end);
};

/// The forms that this processor can run, the fastest first; the last one runs everywhere.
std::span<const KernelForm* const> RunnableKernelForms();

}  // namespace plait
