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

uint16_t FloatToBfloat16(float value) {
  const auto bits = std::bit_cast<uint32_t>(value);
  if ((bits & 0x7fffffffU) > 0x7f800000U) {
    // Rounding must not turn a NaN into an infinity.
    return static_cast<uint16_t>((bits >> 16) | 0x40U);
  }
  return static_cast<uint16_t>((bits + 0x7fffU + ((bits >> 16) & 1U)) >> 16);
}

constexpr float kLargestInt8 = 127;

/// To the nearest integer, ties to even, for magnitudes up to 127: adding 1.5 * 2^23 leaves no bits for a fraction.
int8_t RoundToInt8(float value) { return static_cast<int8_t>(std::bit_cast<int32_t>(value + 12582912.0F) - 0x4b400000); }

void EncodeInt8Panel(const float* panel, int64_t depth, int8_t* out, float* scales) {
  // The bits of magnitudes are in the order of the magnitudes, with what is not a number above them all.
  int32_t largest_bits[kPanelColumns] = {};
  for (int64_t k = 0; k < depth; ++k) {
    for (int64_t c = 0; c < kPanelColumns; ++c) {
      largest_bits[c] = std::max(largest_bits[c], std::bit_cast<int32_t>(panel[k * kPanelColumns + c]) & 0x7fffffff);
    }
  }
  float inverses[kPanelColumns];
  for (int64_t c = 0; c < kPanelColumns; ++c) {
    const auto largest = std::bit_cast<float>(largest_bits[c]);
    scales[c] = largest / kLargestInt8;
    inverses[c] = largest > 0 ? kLargestInt8 / largest : 0;
  }
  for (int64_t k = 0; k < depth; ++k) {
    for (int64_t c = 0; c < kPanelColumns; ++c) {
      out[k * kPanelColumns + c] = RoundToInt8(panel[k * kPanelColumns + c] * inverses[c]);
    }
  }
}

/// The weights of one packed column, `depth` of them, each 64 after the one before.
template <class Weight, class Convert>
void ReadColumn(const std::byte* panels, int64_t depth, int64_t column, float* out, const Convert& convert) {
  const std::byte* weights = panels + (column / kPanelColumns * depth * kPanelColumns + column % kPanelColumns) * int64_t{sizeof(Weight)};
  for (int64_t k = 0; k < depth; ++k) {
    Weight weight;
    std::memcpy(&weight, weights + k * kPanelColumns * int64_t{sizeof(Weight)}, sizeof(Weight));
    out[k] = convert(weight);
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
  // A square at a time, so that rows of the source are read in stretches that the processor fetches ahead, and those of the panels written
  // whole. The odd stride keeps a column of the square out of one set of the cache.
  constexpr int64_t kSide = kPanelColumns;
  float square[kSide][kSide + 1];
  const int64_t depth = source.columns;
  for (int64_t row = begin; row < end;) {
    const int64_t target = first_column + row;
    const int64_t rows = std::min(kPanelColumns - target % kPanelColumns, end - row);
    float* panel = ColumnOf(panels, depth, target);
    for (int64_t k = 0; k < depth; k += kSide) {
      const int64_t count = std::min(kSide, depth - k);
      for (int64_t r = 0; r < rows; ++r) {
        ReadFloats(source, (row + r) * depth + k, count, square[r]);
      }
      for (int64_t i = 0; i < count; ++i) {
        for (int64_t r = 0; r < rows; ++r) {
          panel[(k + i) * kPanelColumns + r] = square[r][i];
        }
      }
    }
    row += rows;
  }
}

void EncodePanels(const float* panels, int64_t depth, int64_t panel_count, WeightFormat format, std::byte* out, float* scales) {
  const int64_t count = depth * kPanelColumns;
  for (int64_t panel = 0; panel < panel_count; ++panel) {
    const float* source = panels + panel * count;
    std::byte* target = out + panel * count * WeightSize(format);
    switch (format) {
      case WeightFormat::F32:
        std::memcpy(target, source, static_cast<size_t>(count) * sizeof(float));
        break;
      case WeightFormat::Bf16:
        std::transform(source, source + count, reinterpret_cast<uint16_t*>(target), FloatToBfloat16);
        break;
      case WeightFormat::Int8:
        EncodeInt8Panel(source, depth, reinterpret_cast<int8_t*>(target), scales + panel * kPanelColumns);
        break;
    }
  }
}

void ReadWeights(const PackedWeights& weights, int64_t first, int64_t count, float* out) {
  const std::byte* data = weights.panels + first * WeightSize(weights.format);
  switch (weights.format) {
    case WeightFormat::F32:
      std::memcpy(out, data, static_cast<size_t>(count) * sizeof(float));
      return;
    case WeightFormat::Bf16:
      return ReadHalves<Bfloat16ToFloat>(data, count, out);
    case WeightFormat::Int8:
      std::transform(data, data + count, out, [](std::byte weight) { return static_cast<float>(static_cast<int8_t>(weight)); });
      return;
  }
}

void UnpackColumn(const PackedWeights& weights, int64_t depth, int64_t column, float* out) {
  switch (weights.format) {
    case WeightFormat::F32:
      return ReadColumn<float>(weights.panels, depth, column, out, [](float weight) { return weight; });
    case WeightFormat::Bf16:
      return ReadColumn<uint16_t>(weights.panels, depth, column, out, Bfloat16ToFloat);
    case WeightFormat::Int8: {
      const float scale = weights.scales[column];
      return ReadColumn<int8_t>(weights.panels, depth, column, out, [scale](int8_t weight) { return static_cast<float>(weight) * scale; });
    }
  }
}

}  // namespace plait
