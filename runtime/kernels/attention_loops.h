// Attention over panels of 64 keys with a running maximum (Milakov and Gimelshein, "Online normalizer calculation for softmax").
// Panels begin at absolute positions, so a row's arithmetic depends on its own position only. Included by forms only.
#pragma once

#include "runtime/kernels/attention.h"
#include "runtime/kernels/tile.h"
#include "runtime/kernels/vector_math.h"

namespace plait::PLAIT_FORM {

constexpr int kPanelVectors = kPanelColumns / kLanes;

/// The running softmax of one query row.
struct SoftmaxRow {
  float largest = -__builtin_inff();
  Vec sum = Set1(0.0F);
};

/// Turns 64 scaled scores, of which the first `visible` count, into weights in place. Returns the factor that the row's sums so far need.
inline float SoftmaxPanel(float* scores, int64_t visible, float scale, SoftmaxRow& row) {
  if (visible <= 0) {
    for (int v = 0; v < kPanelVectors; ++v) {
      Store(scores + v * kLanes, Set1(0.0F));
    }
    return 1.0F;
  }
  const float minus_infinity = -__builtin_inff();
  for (int64_t i = visible; i < kPanelColumns; ++i) {
    scores[i] = minus_infinity;
  }
  Vec largest = Set1(minus_infinity);
  Vec scaled[kPanelVectors];
  for (int v = 0; v < kPanelVectors; ++v) {
    scaled[v] = Load(scores + v * kLanes) * Set1(scale);
    largest = Max(largest, scaled[v]);
  }
  const float panel_largest = Largest(largest);
  const float new_largest = panel_largest > row.largest ? panel_largest : row.largest;
  alignas(64) float factor[kLanes];
  Store(factor, Exp(Set1(row.largest) - Set1(new_largest)));
  row.largest = new_largest;
  row.sum = row.sum * Set1(factor[0]);
  for (int v = 0; v < kPanelVectors; ++v) {
    Vec weight = Exp(scaled[v] - Set1(new_largest));
    row.sum = row.sum + weight;
    Store(scores + v * kLanes, weight);
  }
  return factor[0];
}

/// The sums of weighted values of up to `kRowBlock` rows, 64 columns a tile.
struct ValueSums {
  Tile tiles[kMaxHeadSize / kPanelColumns];

  void Scale(int row, int64_t tile_count, float factor) {
    for (int64_t t = 0; t < tile_count; ++t) {
      float* sums = tiles[t].values[row];
      for (int v = 0; v < kPanelVectors; ++v) {
        Store(sums + v * kLanes, Load(sums + v * kLanes) * Set1(factor));
      }
    }
  }
};

inline int VectorsOf(int64_t columns) {
  int64_t wanted = columns < kPanelColumns ? columns : kPanelColumns;
  return static_cast<int>((wanted + kLanes - 1) / kLanes);
}

/// `rows` query rows from `first_row` on, at most `kRowBlock`.
inline void AttentionBlock(const AttentionArgs& args, int64_t first_row, int rows) {
  const float* queries = args.queries + first_row * args.query_stride;
  const int64_t visible = args.visible + first_row * args.visible_step;
  const int64_t visible_to_last = visible + (rows - 1) * args.visible_step;
  const int64_t tile_count = PanelCount(args.head_size);
  SoftmaxRow softmax[kRowBlock];
  ValueSums sums;
  Tile scores;
  for (int64_t position = 0; position < visible_to_last; position += kPanelColumns) {
    const int64_t keys = visible_to_last - position < kPanelColumns ? visible_to_last - position : kPanelColumns;
    TileProduct<float>({.x = queries,
                        .x_stride = args.query_stride,
                        .panel = args.key_panels + position / kPanelColumns * args.key_panel_stride,
                        .panel_stride = kPanelColumns,
                        .depth = args.head_size,
                        .vectors = VectorsOf(keys),
                        .continues = false},
                       rows, scores);
    for (int r = 0; r < rows; ++r) {
      const int64_t row_visible = visible + r * args.visible_step - position;
      const float factor = SoftmaxPanel(scores.values[r], row_visible < keys ? row_visible : keys, args.scale, softmax[r]);
      if (position > 0) {
        sums.Scale(r, tile_count, factor);
      }
    }
    for (int64_t t = 0; t < tile_count; ++t) {
      TileProduct<float>({.x = scores.values[0],
                          .x_stride = kPanelColumns,
                          .panel = args.values + position / kPanelColumns * args.value_panel_stride + t * kPanelColumns,
                          .panel_stride = args.value_stride,
                          .depth = keys,
                          .vectors = VectorsOf(args.head_size - t * kPanelColumns),
                          .continues = position > 0},
                         rows, sums.tiles[t]);
    }
  }
  for (int r = 0; r < rows; ++r) {
    const Vec total = Set1(Sum(softmax[r].sum));
    float* output = args.output + (first_row + r) * args.output_stride;
    for (int64_t i = 0; i < args.head_size; i += kLanes) {
      const int64_t count = args.head_size - i < kLanes ? args.head_size - i : kLanes;
      StorePart(output + i, Load(&sums.tiles[i / kPanelColumns].values[r][i % kPanelColumns]) / total, count);
    }
  }
}

inline void AttentionRows(const AttentionArgs& args) {
  for (int64_t row = 0; row < args.rows; row += kRowBlock) {
    AttentionBlock(args, row, static_cast<int>(args.rows - row < kRowBlock ? args.rows - row : kRowBlock));
  }
}

}  // namespace plait::PLAIT_FORM
