// Walks over a row, vector by vector. Included by forms only.
#pragma once

#include "runtime/kernels/simd.h"

namespace plait::PLAIT_FORM {

/// Calls `use(offset, count)` for each vector of a row; the last may be short.
template <class Use>
inline void ForVectors(int64_t width, const Use& use) {
  int64_t i = 0;
  for (; i + kLanes <= width; i += kLanes) {
    use(i, static_cast<int64_t>(kLanes));
  }
  if (i < width) {
    use(i, width - i);
  }
}

inline Vec LoadSome(const float* p, int64_t count, float rest = 0) { return count == kLanes ? Load(p) : LoadPart(p, count, rest); }

inline void StoreSome(float* p, Vec a, int64_t count) {
  if (count == kLanes) {
    Store(p, a);
  } else {
    StorePart(p, a, count);
  }
}

/// Four sums side by side, so that an addition need not wait for the one before; vectors are dealt to them in turn.
struct RowSum {
  Vec parts[4] = {Set1(0.0F), Set1(0.0F), Set1(0.0F), Set1(0.0F)};

  Vec& at(int64_t offset) { return parts[offset / kLanes % 4]; }
  [[nodiscard]] float total() const { return Sum((parts[0] + parts[1]) + (parts[2] + parts[3])); }
};

}  // namespace plait::PLAIT_FORM
