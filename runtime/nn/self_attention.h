// Multi-head self-attention over ragged batches (Vaswani et al., "Attention Is All You Need"): each sequence for itself, no padding.
#pragma once

#include <cstdint>
#include <span>

#include "runtime/base/thread_team.h"
#include "runtime/kernels/kernel_form.h"
#include "runtime/nn/key_value_slab.h"

namespace plait {

struct AttentionHeads {
  int64_t count = 0;
  int64_t size = 0;
  /// What scores are multiplied by.
  float scale = 1;

  [[nodiscard]] int64_t hidden_size() const { return count * size; }
};

/// A sequence's rows in the projection [rows, 3 * hidden], whose columns are queries, keys and values.
struct SequenceRows {
  int64_t first_row = 0;
  int64_t rows = 0;
};

/// Which rows of a sequence ask: in the last layer only one is read by what follows.
enum class AskingRows { All, First, Last };

/// Floats of `key_panels` that `EncoderAttention` needs for these sequences.
int64_t EncoderKeyFloats(std::span<const SequenceRows> sequences, const AttentionHeads& heads);

/// Every row sees its whole sequence. `output` is [asking rows, hidden], sequence after sequence.
void EncoderAttention(const KernelForm& form, const AttentionHeads& heads, const float* qkv, std::span<const SequenceRows> sequences,
                      AskingRows asking, float* key_panels, float* output, ThreadTeam& team);

/// New rows of a sequence of the slab, which holds `past` tokens of it already.
struct StepRows {
  SequenceRows rows;
  int64_t sequence = 0;
  int64_t past = 0;
};

/// Appends each step's keys and values to the slab's layer; then every row sees what stands before it, and itself.
void DecoderAttention(const KernelForm& form, const AttentionHeads& heads, const float* qkv, std::span<const StepRows> steps, int64_t layer,
                      AskingRows asking, KeyValueSlab& slab, float* output, ThreadTeam& team);

}  // namespace plait
