// The k largest elements of each row: a heap of the best so far with the worst of them on top, so that nearly every element of a
// large row is one comparison in a vector. Included by forms only.
#pragma once

#include "runtime/kernels/row_loops.h"
#include "runtime/kernels/top_k.h"

namespace plait::PLAIT_FORM {

/// Whether a comes before b in the result.
inline bool IsBefore(TopKEntry a, TopKEntry b) {
  const bool a_is_none = a.value != a.value;
  const bool b_is_none = b.value != b.value;
  if (a_is_none || b_is_none) {
    return a_is_none && (!b_is_none || a.index < b.index);
  }
  return a.value > b.value || (a.value == b.value && a.index < b.index);
}

/// Lets the entry at `place` of a heap of `count` sink below those that come after it.
inline void Sink(TopKEntry* heap, int64_t count, int64_t place) {
  const TopKEntry entry = heap[place];
  while (2 * place + 1 < count) {
    int64_t child = 2 * place + 1;
    if (child + 1 < count && IsBefore(heap[child], heap[child + 1])) {
      ++child;
    }
    if (!IsBefore(entry, heap[child])) {
      break;
    }
    heap[place] = heap[child];
    place = child;
  }
  heap[place] = entry;
}

inline void TopKRow(const float* x, int64_t width, int64_t k, TopKEntry* heap) {
  for (int64_t i = 0; i < k; ++i) {
    heap[i] = {x[i], static_cast<int32_t>(i)};
  }
  for (int64_t i = k / 2; i-- > 0;) {
    Sink(heap, k, i);
  }
  ForVectors(width - k, [&](int64_t offset, int64_t count) {
    const int64_t first = k + offset;
    // Indices ascend, so what only equals the worst comes after it.
    if (count == kLanes && !AnyAbove(Load(x + first), Set1(heap[0].value))) {
      return;
    }
    for (int64_t i = first; i < first + count; ++i) {
      const TopKEntry entry = {x[i], static_cast<int32_t>(i)};
      if (IsBefore(entry, heap[0])) {
        heap[0] = entry;
        Sink(heap, k, 0);
      }
    }
  });
  for (int64_t last = k - 1; last > 0; --last) {
    const TopKEntry worst = heap[0];
    heap[0] = heap[last];
    heap[last] = worst;
    Sink(heap, last, 0);
  }
}

inline void TopKRows(const TopKArgs& args, int64_t begin, int64_t end) {
  for (int64_t row = begin; args.k > 0 && row < end; ++row) {
    TopKRow(args.x + row * args.x_stride, args.width, args.k, args.entries + row * args.k);
  }
}

}  // namespace plait::PLAIT_FORM
