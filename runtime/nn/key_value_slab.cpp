#include "runtime/nn/key_value_slab.h"

#include <cstring>

#include "runtime/kernels/linear.h"
#include "runtime/nn/storage.h"

namespace plait {

KeyValueSlab::KeyValueSlab(const KeyValueShape& shape)
    : shape_(shape), memory_(NewFloats({shape.sequences, shape.layers, shape.heads, HeadFloats()})) {}

int64_t KeyValueSlab::value_stride() const {
  constexpr int64_t kVector = 16;
  return (shape_.head_size + kVector - 1) / kVector * kVector;
}

int64_t KeyValueSlab::HeadFloats() const {
  return PanelCount(shape_.max_tokens) * kPanelColumns * shape_.head_size + shape_.max_tokens * value_stride();
}

float* KeyValueSlab::Keys(int64_t sequence, int64_t layer, int64_t head) const {
  return memory_.data_ptr<float>() + ((sequence * shape_.layers + layer) * shape_.heads + head) * HeadFloats();
}

float* KeyValueSlab::Values(int64_t sequence, int64_t layer, int64_t head) const {
  return Keys(sequence, layer, head) + PanelCount(shape_.max_tokens) * kPanelColumns * shape_.head_size;
}

void KeyValueSlab::CopyFrom(const KeyValueSlab& other, int64_t from, int64_t to, int64_t tokens) {
  if (&other == this && from == to) {
    return;
  }
  const auto key_bytes = static_cast<size_t>(PanelCount(tokens) * kPanelColumns * shape_.head_size) * sizeof(float);
  const auto value_bytes = static_cast<size_t>(tokens * value_stride()) * sizeof(float);
  for (int64_t layer = 0; layer < shape_.layers; ++layer) {
    for (int64_t head = 0; head < shape_.heads; ++head) {
      std::memcpy(Keys(to, layer, head), other.Keys(from, layer, head), key_bytes);
      std::memcpy(Values(to, layer, head), other.Values(from, layer, head), value_bytes);
    }
  }
}

}  // namespace plait
