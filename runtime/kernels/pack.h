// Weights as files store them, and the way into the panels that the linear kernels read.
#pragma once

#include <cstddef>
#include <cstdint>

#include "runtime/kernels/linear.h"

namespace plait {

enum class ElementType { F32, F16, BF16 };

/// A row-major matrix of any alignment.
struct MatrixSource {
  const std::byte* data = nullptr;
  ElementType type = ElementType::F32;
  int64_t rows = 0;
  int64_t columns = 0;
};

constexpr int64_t ElementSize(ElementType type) { return type == ElementType::F32 ? 4 : 2; }

/// Counts the changes of how panels lie in memory, and of what EncodePanels makes of a weight: panels that were kept on disk by another
/// version of either are not used.
constexpr int kPanelLayoutVersion = 1;
constexpr int kEncodingVersion = 2;

/// Converts `count` elements from element `first` of the source on; exact for every type.
void ReadFloats(const MatrixSource& source, int64_t first, int64_t count, float* out);

/// Packs source rows [begin, end) of a matrix stored [depth, columns]: row k becomes row k of every panel. `first_column` is where the
/// source's columns begin among the panels'; the panels' depth is `source.rows`.
void PackDepthRows(const MatrixSource& source, int64_t begin, int64_t end, int64_t first_column, float* panels);

/// Packs source rows [begin, end) of a matrix stored [columns, depth]: row c becomes column `first_column + c`.
/// The panels' depth is `source.columns`.
void PackColumnRows(const MatrixSource& source, int64_t begin, int64_t end, int64_t first_column, float* panels);

/// Stores `panel_count` panels of floats in another format: bf16 rounded to nearest, ties to even; int8 with one scale a column, so that
/// the column's largest magnitude becomes 127. `scales` is [panel_count * 64], for int8 only; that of a column with a weight that is not
/// finite is not finite either, so that what is computed with it shows the weight as the floats would.
void EncodePanels(const float* panels, int64_t depth, int64_t panel_count, WeightFormat format, std::byte* out, float* scales);

/// `count` packed weights from weight `first` of the panels on, without their scales; exact for every format.
void ReadWeights(const PackedWeights& weights, int64_t first, int64_t count, float* out);

/// Reads one packed column of `depth` weights.
void UnpackColumn(const PackedWeights& weights, int64_t depth, int64_t column, float* out);

}  // namespace plait
