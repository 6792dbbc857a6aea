// Attention of query rows over one head's keys and values, the same arithmetic for decoding, prefill and encoders.
#pragma once

#include <cstdint>

#include "runtime/kernels/linear.h"

namespace plait {

/// The widest head that fits the kernel's stack.
constexpr int64_t kMaxHeadSize = 256;

struct AttentionArgs {
  const float* queries = nullptr;  // [rows, head_size]
  int64_t query_stride = 0;
  int64_t rows = 0;
  /// Keys with positions as columns, 64 positions a panel: [head_size][64], panels so many floats apart. What stands after the last key
  /// is not used.
  const float* key_panels = nullptr;
  int64_t key_panel_stride = 0;
  /// [head_size] for each position, `value_stride` floats apart within the positions of a panel; up to 15 floats after a row are read and
  /// not used.
  const float* values = nullptr;
  int64_t value_stride = 0;
  int64_t value_panel_stride = 0;
  float* output = nullptr;  // [rows, head_size]
  int64_t output_stride = 0;
  int64_t head_size = 0;
  float scale = 1;
  /// How many positions the first row sees, at least one, and how many more each further row does: 1 in causal attention, 0 in encoders.
  int64_t visible = 0;
  int64_t visible_step = 0;
};

/// Copies keys [rows, head_size] into panels, `panel_stride` floats apart, as positions from `position` on.
void StoreKeys(const float* keys, int64_t key_stride, int64_t rows, int64_t head_size, int64_t position, float* key_panels,
               int64_t panel_stride);

}  // namespace plait
