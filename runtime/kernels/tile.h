// The product that linear layers and attention are made of: a few rows times a panel of up to 64 columns. Included by forms only.
#pragma once

#include "runtime/kernels/linear.h"
#include "runtime/kernels/simd.h"

namespace plait::PLAIT_FORM {

/// Up to `kRowBlock` rows of 64 columns.
struct alignas(64) Tile {
  float values[kRowBlock][kPanelColumns];
};

constexpr int kRegistersInVec = kLanes / kRegisterLanes;

/// How many registers of columns are held at once beside `rows` rows, so that sums, weights and a value of x fit the processor's.
constexpr int RegistersAtOnce([[maybe_unused]] int rows) {
#if defined(__AVX512F__) && defined(__AVX512DQ__)
  return 4;
#elif defined(__aarch64__)
  return kRegistersInVec == 1 ? 1 : (rows <= 2 ? 8 : 4);
#else
  return rows == 1 ? 4 : (rows == 2 ? 2 : 1);
#endif
}

template <class Weight>
struct TileProductArgs {
  const float* x;
  int64_t x_stride;
  const Weight* panel;
  int64_t panel_stride;
  int64_t depth;
  /// How many vectors of columns are wanted.
  int vectors;
  /// Whether the tile's values are the chain so far; otherwise it begins at zero.
  bool continues;
  /// How many cache lines are fetched ahead for each row of the panel, one after the other: none, or a power of two up to `kRowLines`; and
  /// from where on.
  int prefetch_lines = 0;
  const Weight* prefetch = nullptr;
};

/// Weights in a cache line, and cache lines in a row of a panel.
template <class Weight>
constexpr int64_t kLineWeights = 64 / sizeof(Weight);
template <class Weight>
constexpr int kRowLines = kPanelColumns / kLineWeights<Weight>;

/// Passes over a panel that so many rows take, as not all of its columns are held at once.
constexpr int PassesOver(int rows) { return static_cast<int>(kPanelColumns) / (RegistersAtOnce(rows) * kRegisterLanes); }

// The loops over rows and registers are unrolled before the compiler decides what stays in registers: it would put the sums away in memory.
template <int kRows, int kRegisters, int kPrefetchLines, class Weight>
inline void TileColumns(const TileProductArgs<Weight>& args, int64_t first_register, Tile& tile) {
  Register sums[kRows][kRegisters];
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 8
    for (int v = 0; v < kRegisters; ++v) {
      sums[r][v] = args.continues ? LoadRegister(&tile.values[r][(first_register + v) * kRegisterLanes]) : SetRegister(0.0F);
    }
  }
  const float* x = args.x;
  const int64_t x_stride = args.x_stride;
  const Weight* weights = args.panel + first_register * kRegisterLanes;
  const Weight* ahead = args.prefetch;
  for (int64_t k = 0; k < args.depth; ++k) {
    for (int line = 0; line < kPrefetchLines; ++line) {
      __builtin_prefetch(ahead + line * kLineWeights<Weight>);
    }
    ahead += kPrefetchLines * kLineWeights<Weight>;
    Register w[kRegisters];
#pragma GCC unroll 8
    for (int v = 0; v < kRegisters; ++v) {
      w[v] = WidenRegister(weights + v * kRegisterLanes);
    }
#pragma GCC unroll 8
    for (int r = 0; r < kRows; ++r) {
      const Register value = SetRegister(x[r * x_stride + k]);
#pragma GCC unroll 8
      for (int v = 0; v < kRegisters; ++v) {
        sums[r][v] = Fma(value, w[v], sums[r][v]);
      }
    }
    weights += args.panel_stride;
  }
#pragma GCC unroll 8
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 8
    for (int v = 0; v < kRegisters; ++v) {
      Store(&tile.values[r][(first_register + v) * kRegisterLanes], sums[r][v]);
    }
  }
}

/// In as many passes as it takes, the first of which share the fetching.
template <int kRows, int kPrefetchLines, class Weight>
inline void TileRows(TileProductArgs<Weight> args, Tile& tile) {
  constexpr int kAtOnce = RegistersAtOnce(kRows);
  constexpr int kSharers = PassesOver(kRows) < kPrefetchLines ? PassesOver(kRows) : kPrefetchLines;
  constexpr int kLines = kSharers > 0 ? kPrefetchLines / kSharers : 0;
  const int registers = args.vectors * kRegistersInVec;
  const int whole = registers / kAtOnce;
  for (int i = 0; i < whole; ++i) {
    if (i < kSharers) {
      TileColumns<kRows, kAtOnce, kLines>(args, i * kAtOnce, tile);
      args.prefetch += args.depth * kLines * kLineWeights<Weight>;
    } else {
      TileColumns<kRows, kAtOnce, 0>(args, i * kAtOnce, tile);
    }
  }
  if constexpr (kAtOnce > 1) {
    constexpr int kFewest = kAtOnce < kRegistersInVec ? kAtOnce : kRegistersInVec;
    for (int i = whole * kAtOnce; i < registers; i += kFewest) {
      TileColumns<kRows, kFewest, 0>(args, i, tile);
    }
  }
}

template <int kPrefetchLines, class Weight>
inline void TileProductFetching(const TileProductArgs<Weight>& args, int rows, Tile& tile) {
  switch (rows) {
    case 1:
      return TileRows<1, kPrefetchLines>(args, tile);
    case 2:
      return TileRows<2, kPrefetchLines>(args, tile);
    case 3:
      return TileRows<3, kPrefetchLines>(args, tile);
    case 4:
      return TileRows<4, kPrefetchLines>(args, tile);
    case 5:
      return TileRows<5, kPrefetchLines>(args, tile);
    default:
      return TileRows<6, kPrefetchLines>(args, tile);
  }
}

/// tile[r][c] (+)= sum over k, ascending, of x[r][k] * panel[k][c]. One chain an output: its bits depend on nothing else.
template <class Weight>
inline void TileProduct(const TileProductArgs<Weight>& args, int rows, Tile& tile) {
  if (args.prefetch_lines == 0) {
    return TileProductFetching<0>(args, rows, tile);
  }
  if constexpr (kRowLines<Weight> >= 4) {
    if (args.prefetch_lines == 4) {
      return TileProductFetching<4>(args, rows, tile);
    }
  }
  if constexpr (kRowLines<Weight> >= 2) {
    if (args.prefetch_lines == 2) {
      return TileProductFetching<2>(args, rows, tile);
    }
  }
  TileProductFetching<1>(args, rows, tile);
}

}  // namespace plait::PLAIT_FORM
