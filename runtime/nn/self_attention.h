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

/// Which rows of a sequence ask: in the last layer only the first is read by what follows.
enum class AskingRows { All, First };

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

/// The last rows of a step, which ask, and where their output goes.
struct AskingStep {
  int64_t rows = 0;
  int64_t output_row = 0;
};

/// Appends each step's keys and values to the slab's layer; then every row that asks sees what stands before it, and itself.
/// `asking` has one entry a step.
void DecoderAttention(const KernelForm& form, const AttentionHeads& heads, const float* qkv, std::span<const StepRows> steps, int64_t layer,
                      std::span<const AskingStep> asking, KeyValueSlab& slab, float* output, ThreadTeam& team);

}  // namespace plait
