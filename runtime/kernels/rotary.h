// Rotary position embedding (Su et al., "RoFormer"): pairs of a head's elements turned by angles in proportion to the position.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace plait {

/// Which elements make a pair: i and i + rotated / 2 as in GPT-NeoX and LLaMA, or 2 i and 2 i + 1 as in GPT-J.
enum class RotaryPairs { Halves, Neighbours };

struct RotaryArgs {
  const float* x = nullptr;  // [rows, heads, head_size]; the heads of a row follow one another
  int64_t x_stride = 0;      // of a row
  int64_t rows = 0;
  int64_t heads = 0;
  int64_t head_size = 0;
  /// The elements of a head that turn, an even number and the first ones; the others stay as they are.
  int64_t rotated = 0;
  RotaryPairs pairs = RotaryPairs::Halves;
  const int64_t* positions = nullptr;  // [rows], indices of rows of the tables
  const float* cosines = nullptr;      // [positions, rotated / 2]
  const float* sines = nullptr;        // [positions, rotated / 2]
  float* y = nullptr;                  // [rows, heads, head_size]; may be x, with its stride
  int64_t y_stride = 0;
};

/// base^(-2 i / rotated) for each pair i, in fp32 as transformers has them; models scale them further, each in its own way.
std::vector<float> RotaryFrequencies(double base, int64_t rotated);

/// Fills the tables [count, frequencies] for positions from `first` on. The angle is rounded to fp32, its cosine and sine are then exact.
void FillRotaryTables(std::span<const float> frequencies, int64_t first, int64_t count, float* cosines, float* sines);

}  // namespace plait
