#include "runtime/nn/self_attention.h"

#include <cstring>
#include <vector>

namespace plait {
namespace {

/// The asking rows of a sequence: which, and where their output goes.
struct Asking {
  int64_t first = 0;
  int64_t rows = 0;
  int64_t output_row = 0;
};

Asking AskingOf(AskingRows asking, const SequenceRows& rows, int64_t index) {
  switch (asking) {
    case AskingRows::All:
      return {0, rows.rows, rows.first_row};
    case AskingRows::First:
      return {0, 1, index};
  }
  return {};
}

/// What the kernel needs to know of one head of one sequence, but for keys, values and who sees what.
AttentionArgs QueriesOf(const AttentionHeads& heads, const float* qkv, const SequenceRows& rows, const Asking& asking, int64_t head,
                        float* output) {
  const int64_t hidden = heads.hidden_size();
  AttentionArgs args;
  args.queries = qkv + (rows.first_row + asking.first) * 3 * hidden + head * heads.size;
  args.query_stride = 3 * hidden;
  args.rows = asking.rows;
  args.output = output + asking.output_row * hidden + head * heads.size;
  args.output_stride = hidden;
  args.head_size = heads.size;
  args.scale = heads.scale;
  return args;
}

/// Where the keys of each sequence begin, in panels, and where the last end.
std::vector<int64_t> KeyPanels(std::span<const SequenceRows> sequences) {
  std::vector<int64_t> begins = {0};
  begins.reserve(sequences.size() + 1);
  for (const SequenceRows& rows : sequences) {
    begins.push_back(begins.back() + PanelCount(rows.rows));
  }
  return begins;
}

}  // namespace

int64_t EncoderKeyFloats(std::span<const SequenceRows> sequences, const AttentionHeads& heads) {
  return KeyPanels(sequences).back() * kPanelColumns * heads.hidden_size();
}

void EncoderAttention(const KernelForm& form, const AttentionHeads& heads, const float* qkv, std::span<const SequenceRows> sequences,
                      AskingRows asking, float* key_panels, float* output, ThreadTeam& team) {
  const int64_t hidden = heads.hidden_size();
  const std::vector<int64_t> panels_begin = KeyPanels(sequences);
  team.ParallelFor(static_cast<int64_t>(sequences.size()) * heads.count, 1, [&](int64_t begin, int64_t end) {
    for (int64_t item = begin; item < end; ++item) {
      const int64_t sequence = item / heads.count;
      const int64_t head = item % heads.count;
      const SequenceRows& rows = sequences[static_cast<size_t>(sequence)];
      const float* keys = qkv + rows.first_row * 3 * hidden + hidden + head * heads.size;
      float* panels = key_panels + panels_begin[static_cast<size_t>(sequence)] * kPanelColumns * hidden +
                      head * PanelCount(rows.rows) * kPanelColumns * heads.size;
      StoreKeys(keys, 3 * hidden, rows.rows, heads.size, 0, panels, kPanelColumns * heads.size);
      AttentionArgs args = QueriesOf(heads, qkv, rows, AskingOf(asking, rows, sequence), head, output);
      args.key_panels = panels;
      args.key_panel_stride = kPanelColumns * heads.size;
      args.values = keys + hidden;
      args.value_stride = 3 * hidden;
      args.value_panel_stride = kPanelColumns * args.value_stride;
      args.visible = rows.rows;
      form.attention(args);
    }
  });
}

void DecoderAttention(const KernelForm& form, const AttentionHeads& heads, const float* qkv, std::span<const StepRows> steps, int64_t layer,
                      std::span<const AskingStep> asking, KeyValueSlab& slab, float* output, ThreadTeam& team) {
  const int64_t hidden = heads.hidden_size();
  team.ParallelFor(static_cast<int64_t>(steps.size()) * heads.count, 1, [&](int64_t begin, int64_t end) {
    for (int64_t item = begin; item < end; ++item) {
      const int64_t index = item / heads.count;
      const int64_t head = item % heads.count;
      const StepRows& step = steps[static_cast<size_t>(index)];
      const float* keys = qkv + step.rows.first_row * 3 * hidden + hidden + head * heads.size;
      float* key_panels = slab.Keys(step.sequence, layer, head);
      float* values = slab.Values(step.sequence, layer, head);
      StoreKeys(keys, 3 * hidden, step.rows.rows, heads.size, step.past, key_panels, slab.panel_stride());
      for (int64_t row = 0; row < step.rows.rows; ++row) {
        const int64_t position = step.past + row;
        std::memcpy(values + position / kPanelColumns * slab.panel_stride() + position % kPanelColumns * slab.value_stride(),
                    keys + hidden + row * 3 * hidden, static_cast<size_t>(heads.size) * sizeof(float));
      }
      const AskingStep& last_rows = asking[static_cast<size_t>(index)];
      const Asking who = {step.rows.rows - last_rows.rows, last_rows.rows, last_rows.output_row};
      AttentionArgs args = QueriesOf(heads, qkv, step.rows, who, head, output);
      args.key_panels = key_panels;
      args.key_panel_stride = slab.panel_stride();
      args.values = values;
      args.value_stride = slab.value_stride();
      args.value_panel_stride = slab.panel_stride();
      args.visible = step.past + who.first + 1;
      args.visible_step = 1;
      form.attention(args);
    }
  });
}

}  // namespace plait
