#include "runtime/kernels/pack.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "runtime/kernels/linear.h"

namespace plait {
namespace {

float HalfToFloat(uint16_t half) {
  const uint32_t sign = static_cast<uint32_t>(half & 0x8000U) << 16;
  const uint32_t magnitude = half & 0x7fffU;
  if (magnitude >= 0x7c00U) {
    return std::bit_cast<float>(sign | 0x7f800000U | (magnitude & 0x3ffU) << 13);
  }
  // The bits of a half read as a float are 2^112 too small; the multiplication also normalises subnormals.
  const float value = std::bit_cast<float>(magnitude << 13) * 0x1p112F;
  return std::bit_cast<float>(std::bit_cast<uint32_t>(value) | sign);
}

float Bfloat16ToFloat(uint16_t value) { return std::bit_cast<float>(static_cast<uint32_t>(value) << 16); }

template <float (*kConvert)(uint16_t)>
void ReadHalves(const std::byte* data, int64_t count, float* out) {
  for (int64_t i = 0; i < count; ++i) {
    uint16_t bits = 0;
    std::memcpy(&bits, data + 2 * i, sizeof(bits));
    out[i] = kConvert(bits);
  }
}

float* ColumnOf(float* panels, int64_t depth, int64_t column) {
  return panels + column / kPanelColumns * depth * kPanelColumns + column % kPanelColumns;
}

}  // namespace

void ReadFloats(const MatrixSource& source, int64_t first, int64_t count, float* out) {
  const std::byte* data = source.data + first * ElementSize(source.type);
  switch (source.type) {
    case ElementType::F32:
      std::memcpy(out, data, static_cast<size_t>(count) * sizeof(float));
      return;
    case ElementType::F16:
      return ReadHalves<HalfToFloat>(data, count, out);
    case ElementType::BF16:
      return ReadHalves<Bfloat16ToFloat>(data, count, out);
  }
}

void PackDepthRows(const MatrixSource& source, int64_t begin, int64_t end, int64_t first_column, float* panels) {
  for (int64_t k = begin; k < end; ++k) {
    for (int64_t column = 0; column < source.columns;) {
      const int64_t target = first_column + column;
      const int64_t count = std::min(kPanelColumns - target % kPanelColumns, source.columns - column);
      ReadFloats(source, k * source.columns + column, count, ColumnOf(panels, source.rows, target) + k * kPanelColumns);
      column += count;
    }
  }
}

void PackColumnRows(const MatrixSource& source, int64_t begin, int64_t end, int64_t first_column, float* panels) {
  // Small squares, so that the lines that a square writes stay in the nearest cache until they are full.
  constexpr int64_t kSide = 16;
  const int64_t depth = source.columns;
  float row[kSide];
  for (int64_t first_row = begin; first_row < end; first_row += kPanelColumns) {
    const int64_t last_row = std::min(first_row + kPanelColumns, end);
    for (int64_t k = 0; k < depth; k += kSide) {
      const int64_t count = std::min(kSide, depth - k);
      for (int64_t r = first_row; r < last_row; ++r) {
        ReadFloats(source, r * depth + k, count, row);
        float* column = ColumnOf(panels, depth, first_column + r) + k * kPanelColumns;
        for (int64_t i = 0; i < count; ++i) {
          column[i * kPanelColumns] = row[i];
        }
      }
    }
  }
}

void UnpackColumn(const float* panels, int64_t depth, int64_t column, float* out) {
  const float* values = panels + column / kPanelColumns * depth * kPanelColumns + column % kPanelColumns;
  for (int64_t k = 0; k < depth; ++k) {
    out[k] = values[k * kPanelColumns];
  }
}

}  // namespace plait
