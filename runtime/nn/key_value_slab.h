// The keys and values of past tokens, allotted once for all sequences, layers and heads.
#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

namespace plait {

struct KeyValueShape {
  int64_t sequences = 0;
  int64_t layers = 0;
  int64_t heads = 0;
  int64_t head_size = 0;
  int64_t max_tokens = 0;
};

/// 64 positions of a head stand together: their keys as a panel with positions as columns, then their values as rows, the form in which
/// attention reads them. What the same positions have in all layers and heads stands together too, so that memory is used as texts grow.
class KeyValueSlab {
 public:
  explicit KeyValueSlab(const KeyValueShape& shape);

  [[nodiscard]] const KeyValueShape& shape() const { return shape_; }
  /// [head_size, 64] for the first 64 positions; those of the next are `panel_stride` floats further.
  [[nodiscard]] float* Keys(int64_t sequence, int64_t layer, int64_t head) const;
  /// [64, value_stride] for the first 64 positions; those of the next are `panel_stride` floats further.
  [[nodiscard]] float* Values(int64_t sequence, int64_t layer, int64_t head) const;
  [[nodiscard]] int64_t panel_stride() const;
  /// The head's size rounded up to whole vectors.
  [[nodiscard]] int64_t value_stride() const;

  /// Copies the first `tokens` positions of a sequence of a slab, which may be this one, for the same layers and heads.
  void CopyFrom(const KeyValueSlab& other, int64_t from, int64_t to, int64_t tokens);

 private:
  [[nodiscard]] int64_t HeadFloats() const;
  [[nodiscard]] float* Begin(int64_t sequence) const;

  KeyValueShape shape_;
  at::Tensor memory_;
};

}  // namespace plait
