// The loops of one piece of a packed linear layer. Included by forms only.
#pragma once

#include "runtime/kernels/linear.h"
#include "runtime/kernels/tile.h"
#include "runtime/kernels/vector_math.h"

namespace plait::PLAIT_FORM {

/// Scale, bias, activation and residual for one row of a panel.
inline void FinishRow(const LinearArgs& args, const float* sums, int64_t row, int64_t column, int64_t width) {
  const float* scales = args.weights.format == WeightFormat::Int8 ? args.weights.scales + column : nullptr;
  for (int64_t i = 0; i < width; i += kLanes) {
    int64_t count = width - i < kLanes ? width - i : kLanes;
    bool whole = count == kLanes;
    auto load = [&](const float* p) { return whole ? Load(p) : LoadPart(p, count); };
    Vec value = Load(sums + i);
    if (scales != nullptr) {
      value = value * Load(scales + i);
    }
    if (args.bias != nullptr) {
      value = value + load(args.bias + column + i);
    }
    value = Activate(args.activation, value);
    int64_t place = row * args.y_stride + column + i;
    if (args.residual != nullptr) {
      value = value + load(args.residual + place);
    }
    if (whole) {
      Store(args.y + place, value);
    } else {
      StorePart(args.y + place, value, count);
    }
  }
}

/// Whether a panel is gone through once, at the speed of memory: one block of rows that holds all columns at once.
constexpr bool Streams(int64_t rows) { return rows <= kRowBlock && PassesOver(static_cast<int>(rows)) == 1; }

/// How much of the depth is gone through at a time, so that a part of a panel stays in the nearest caches while all blocks of rows pass
/// over it. Two wait for memory, so what is fetched must not be far from what is read; more compute for longer than memory takes, and
/// longer parts save them putting sums away.
template <class Weight>
inline int64_t DepthAtOnce(int64_t depth, int64_t rows) {
  constexpr int64_t kRowBytes = kPanelColumns * static_cast<int64_t>(sizeof(Weight));
  return Streams(rows) ? depth : (rows <= 2 * kRowBlock ? 16384 : 32768) / kRowBytes;
}

/// What block `block` of `blocks` fetches ahead of a part of a panel with `depth` rows. Who streams fetches just far enough ahead to hide
/// the latency of memory. Others share the fetching of the part that follows in memory, each a stretch of it, as the processor's own
/// fetching helps along a stretch only: they compute from the nearest caches while the next part arrives.
template <class Weight>
inline void PlanPrefetch(bool streams, int64_t block, int64_t blocks, const Weight* part, int64_t depth, TileProductArgs<Weight>& args) {
  constexpr int64_t kBytesAhead = 8192;
  constexpr int kLines = kRowLines<Weight>;
  if (streams) {
    args.prefetch_lines = kLines;
    args.prefetch = part + kBytesAhead / static_cast<int64_t>(sizeof(Weight));
    return;
  }
  const int64_t sharers = blocks < kLines ? blocks : kLines;
  if (block < sharers) {
    const int64_t first_line = block * kLines / sharers;
    args.prefetch_lines = static_cast<int>((block + 1) * kLines / sharers - first_line);
    args.prefetch = part + depth * (kPanelColumns + first_line * kLineWeights<Weight>);
  }
}

/// Rows [first_row, first_row + rows) times one panel. The depth is cut in parts; the cuts continue the same chains.
template <class Weight>
inline void LinearPanel(const LinearArgs& args, int64_t panel, int64_t first_row, int64_t rows) {
  Tile tiles[kLinearRowChunk / kRowBlock];
  const int64_t blocks = (rows + kRowBlock - 1) / kRowBlock;
  // Blocks of even size waste less than full ones and a small rest. Which block a row is in does not touch its bits.
  auto block_begin = [&](int64_t block) { return rows * block / blocks; };
  const auto* weights = reinterpret_cast<const Weight*>(args.weights.panels) + panel * args.depth * kPanelColumns;
  const int64_t at_once = DepthAtOnce<Weight>(args.depth, rows);
  for (int64_t begin = 0; begin < args.depth; begin += at_once) {
    const int64_t depth = args.depth - begin < at_once ? args.depth - begin : at_once;
    for (int64_t block = 0; block < blocks; ++block) {
      const int64_t row = first_row + block_begin(block);
      TileProductArgs<Weight> product = {.x = args.x + row * args.x_stride + begin,
                                         .x_stride = args.x_stride,
                                         .panel = weights + begin * kPanelColumns,
                                         .panel_stride = kPanelColumns,
                                         .depth = depth,
                                         .vectors = kPanelColumns / kLanes,
                                         .continues = begin > 0};
      // Later chunks of rows find the panel in the second-level cache.
      if (first_row == 0) {
        PlanPrefetch(Streams(rows), block, blocks, product.panel, depth, product);
      }
      TileProduct(product, static_cast<int>(block_begin(block + 1) - block_begin(block)), tiles[block]);
    }
  }
  const int64_t column = panel * kPanelColumns;
  const int64_t width = args.columns - column < kPanelColumns ? args.columns - column : kPanelColumns;
  for (int64_t block = 0; block < blocks; ++block) {
    for (int64_t row = block_begin(block); row < block_begin(block + 1); ++row) {
      FinishRow(args, tiles[block].values[row - block_begin(block)], first_row + row, column, width);
    }
  }
}

template <class Weight>
inline void LinearPieceRange(const LinearArgs& args, int64_t begin, int64_t end) {
  const int64_t chunks = (args.rows + kLinearRowChunk - 1) / kLinearRowChunk;
  for (int64_t piece = begin; piece < end; ++piece) {
    const int64_t first_row = piece % chunks * kLinearRowChunk;
    const int64_t rows = args.rows - first_row < kLinearRowChunk ? args.rows - first_row : kLinearRowChunk;
    LinearPanel<Weight>(args, piece / chunks, first_row, rows);
  }
}

/// Pieces [begin, end) of the layer.
inline void LinearRange(const LinearArgs& args, int64_t begin, int64_t end) {
  switch (args.weights.format) {
    case WeightFormat::F32:
      return LinearPieceRange<float>(args, begin, end);
    case WeightFormat::Bf16:
      return LinearPieceRange<Bf16>(args, begin, end);
    case WeightFormat::Int8:
      return LinearPieceRange<int8_t>(args, begin, end);
  }
}

}  // namespace plait::PLAIT_FORM
