// The largest output of a layer for less than the layer: what may be it is told by the int8 copy, within a proven bound.
#pragma once

#include <cstdint>

#include "runtime/nn/linear_layer.h"

namespace plait {

/// Rows up to which asking the copy first pays: more of them take longer to multiply with the copy than the layer takes to read.
constexpr int64_t kMostScreenedRows = 2 * kRowBlock;

/// y [rows, out] such that in each row the largest element, of equal ones the first, is that of `layer.Forward(x, rows, ...)`, to the bit
/// and at its place; the other elements are anything that is not larger, nor as large and before it. Needs a layer with a copy for drafts,
/// and without a bias. Returns in how many rows so many outputs came close that all were computed.
///
/// |x w - scale x q| <= sum |x| * scale / 2 for weights w that q was rounded from, and each of both sums is rounded once or twice for
/// each of its terms (Higham, "Accuracy and Stability of Numerical Algorithms", section 3.1), none of which is above 127 scale |x|.
int64_t ForwardLargest(const LinearLayer& layer, const float* x, int64_t rows, float* y, ThreadTeam& team);

}  // namespace plait
