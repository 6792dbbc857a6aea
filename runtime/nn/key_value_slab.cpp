#include "runtime/nn/key_value_slab.h"

#include <cstring>

#include "runtime/kernels/linear.h"
#include "runtime/nn/storage.h"

namespace plait {

KeyValueSlab::KeyValueSlab(const KeyValueShape& shape)
    : shape_(shape), memory_(NewWeights({shape.sequences, PanelCount(shape.max_tokens), shape.layers, shape.heads, HeadFloats()})) {}

int64_t KeyValueSlab::value_stride() const {
  constexpr int64_t kVector = 16;
  return (shape_.head_size + kVector - 1) / kVector * kVector;
}

int64_t KeyValueSlab::panel_stride() const { return shape_.layers * shape_.heads * HeadFloats(); }

/// Of 64 positions.
int64_t KeyValueSlab::HeadFloats() const { return kPanelColumns * (shape_.head_size + value_stride()); }

float* KeyValueSlab::Begin(int64_t sequence) const {
  return memory_.data_ptr<float>() + sequence * PanelCount(shape_.max_tokens) * panel_stride();
}

float* KeyValueSlab::Keys(int64_t sequence, int64_t layer, int64_t head) const {
  return Begin(sequence) + (layer * shape_.heads + head) * HeadFloats();
}

float* KeyValueSlab::Values(int64_t sequence, int64_t layer, int64_t head) const {
  return Keys(sequence, layer, head) + kPanelColumns * shape_.head_size;
}

void KeyValueSlab::CopyFrom(const KeyValueSlab& other, int64_t from, int64_t to, int64_t tokens) {
  if (&other == this && from == to) {
    return;
  }
  std::memcpy(Begin(to), other.Begin(from), static_cast<size_t>(PanelCount(tokens) * panel_stride()) * sizeof(float));
}

}  // namespace plait
