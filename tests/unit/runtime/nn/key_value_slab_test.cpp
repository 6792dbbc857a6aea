// Where a slab keeps keys and values, and what copying a sequence takes along.
#include "runtime/nn/key_value_slab.h"

#include <doctest/doctest.h>

#include <cstring>

#include "runtime/kernels/linear.h"

namespace plait {
namespace {

constexpr int64_t kSize = 20;  // no whole number of vectors

/// Fills what `tokens` positions of a sequence have with numbers that tell where they stand.
void Fill(KeyValueSlab& slab, int64_t sequence, int64_t tokens) {
  for (int64_t layer = 0; layer < slab.shape().layers; ++layer) {
    for (int64_t head = 0; head < slab.shape().heads; ++head) {
      for (int64_t position = 0; position < tokens; ++position) {
        const int64_t panel = position / kPanelColumns * slab.panel_stride();
        const int64_t place = position % kPanelColumns;
        for (int64_t i = 0; i < kSize; ++i) {
          const auto number = static_cast<float>(((sequence * 4 + layer) * 4 + head) * 100'000 + position * 100 + i);
          slab.Keys(sequence, layer, head)[panel + i * kPanelColumns + place] = number;
          slab.Values(sequence, layer, head)[panel + place * slab.value_stride() + i] = -number;
        }
      }
    }
  }
}

/// Whether the first `tokens` positions of two sequences hold the same.
bool Same(const KeyValueSlab& a, int64_t of_a, const KeyValueSlab& b, int64_t of_b, int64_t tokens) {
  bool same = true;
  for (int64_t layer = 0; layer < a.shape().layers; ++layer) {
    for (int64_t head = 0; head < a.shape().heads; ++head) {
      for (int64_t position = 0; position < tokens; ++position) {
        const int64_t panel = position / kPanelColumns;
        const int64_t place = position % kPanelColumns;
        for (int64_t i = 0; i < kSize; ++i) {
          const int64_t key = i * kPanelColumns + place;
          const int64_t value = place * a.value_stride() + i;
          same = same &&
                 a.Keys(of_a, layer, head)[panel * a.panel_stride() + key] == b.Keys(of_b, layer, head)[panel * b.panel_stride() + key];
          same = same && a.Values(of_a, layer, head)[panel * a.panel_stride() + value] ==
                             b.Values(of_b, layer, head)[panel * b.panel_stride() + value];
        }
      }
    }
  }
  return same;
}

TEST_CASE("what a slab holds of sequences, layers and heads stands apart") {
  KeyValueSlab slab({.sequences = 2, .layers = 2, .heads = 3, .head_size = kSize, .max_tokens = 70});
  CHECK(slab.value_stride() == 32);
  Fill(slab, 0, 70);
  KeyValueSlab alone({.sequences = 2, .layers = 2, .heads = 3, .head_size = kSize, .max_tokens = 70});
  Fill(alone, 0, 70);
  Fill(slab, 1, 70);
  CHECK(Same(slab, 0, alone, 0, 70));
  CHECK_FALSE(Same(slab, 1, alone, 0, 70));
}

TEST_CASE("a sequence is copied within a slab, and into one with room for more or fewer tokens") {
  const KeyValueShape shape{.sequences = 2, .layers = 2, .heads = 3, .head_size = kSize, .max_tokens = 130};
  KeyValueSlab slab(shape);
  Fill(slab, 1, 130);
  for (int64_t tokens : {1, 64, 65, 100}) {
    CAPTURE(tokens);
    slab.CopyFrom(slab, 1, 0, tokens);
    CHECK(Same(slab, 0, slab, 1, tokens));
    for (int64_t room : {int64_t{100}, int64_t{500}}) {
      KeyValueSlab other({.sequences = 3, .layers = 2, .heads = 3, .head_size = kSize, .max_tokens = room});
      other.CopyFrom(slab, 1, 2, tokens);
      CHECK(Same(other, 2, slab, 1, tokens));
    }
  }
}

}  // namespace
}  // namespace plait
