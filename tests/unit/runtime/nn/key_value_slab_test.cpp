// Where a slab keeps keys and values, and what copying a sequence takes along.
#include "runtime/nn/key_value_slab.h"

#include <doctest/doctest.h>

#include "runtime/kernels/linear.h"

namespace plait {
namespace {

constexpr int64_t kSize = 20;  // no whole number of vectors

float& Key(const KeyValueSlab& slab, int64_t sequence, int64_t layer, int64_t head, int64_t position, int64_t i) {
  return slab.Keys(sequence, layer, head)[position / kPanelColumns * slab.panel_stride() + i * kPanelColumns + position % kPanelColumns];
}

float& Value(const KeyValueSlab& slab, int64_t sequence, int64_t layer, int64_t head, int64_t position, int64_t i) {
  const int64_t row = position / kPanelColumns * slab.panel_stride() + position % kPanelColumns * slab.value_stride();
  return slab.Values(sequence, layer, head)[row + i];
}

/// Calls `body(layer, head, position, i)` for all numbers of the first `tokens` positions.
template <class Body>
void ForEach(const KeyValueSlab& slab, int64_t tokens, const Body& body) {
  for (int64_t layer = 0; layer < slab.shape().layers; ++layer) {
    for (int64_t head = 0; head < slab.shape().heads; ++head) {
      for (int64_t position = 0; position < tokens; ++position) {
        for (int64_t i = 0; i < kSize; ++i) {
          body(layer, head, position, i);
        }
      }
    }
  }
}

/// Fills what `tokens` positions of a sequence have with numbers that tell where they stand.
void Fill(const KeyValueSlab& slab, int64_t sequence, int64_t tokens) {
  ForEach(slab, tokens, [&](int64_t layer, int64_t head, int64_t position, int64_t i) {
    const auto number = static_cast<float>(((sequence * 4 + layer) * 4 + head) * 100'000 + position * 100 + i);
    Key(slab, sequence, layer, head, position, i) = number;
    Value(slab, sequence, layer, head, position, i) = -number;
  });
}

/// Whether the first `tokens` positions of two sequences hold the same.
bool Same(const KeyValueSlab& a, int64_t of_a, const KeyValueSlab& b, int64_t of_b, int64_t tokens) {
  bool same = true;
  ForEach(a, tokens,
          [&](auto... at) { same = same && Key(a, of_a, at...) == Key(b, of_b, at...) && Value(a, of_a, at...) == Value(b, of_b, at...); });
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
