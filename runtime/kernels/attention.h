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
  /// Keys with positions as columns, in panels: [ceil(positions / 64)][head_size][64]. What stands after the last key is not used.
  const float* key_panels = nullptr;
  /// [positions, head_size]; up to 15 floats after a row are read and not used.
  const float* values = nullptr;
  int64_t value_stride = 0;
  float* output = nullptr;  // [rows, head_size]
  int64_t output_stride = 0;
  int64_t head_size = 0;
  float scale = 1;
  /// How many positions the first row sees, at least one, and how many more each further row does: 1 in causal attention, 0 in encoders.
  int64_t visible = 0;
  int64_t visible_step = 0;
};

/// Copies keys [rows, head_size] into the panels as positions from `position` on.
void StoreKeys(const float* keys, int64_t key_stride, int64_t rows, int64_t head_size, int64_t position, float* key_panels);

}  // namespace plait
