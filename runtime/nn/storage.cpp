#include "runtime/nn/storage.h"

#include <new>

#include <ATen/ops/from_blob.h>

#include "runtime/base/memory_pages.h"

namespace plait {
namespace {

/// Vectors and prefetches may read, and never use, a little more than there is.
constexpr size_t kSlack = 256;

size_t BytesOf(at::IntArrayRef shape, at::ScalarType type) {
  size_t bytes = c10::elementSize(type);
  for (int64_t extent : shape) {
    if (extent < 0 || __builtin_mul_overflow(bytes, static_cast<size_t>(extent), &bytes)) {
      throw std::bad_alloc();
    }
  }
  return bytes;
}

at::Tensor Own(const MemoryPages& pages, at::IntArrayRef shape, at::ScalarType type) {
  return at::from_blob(pages.data, shape, [pages](void* /*data*/) { UnmapPages(pages); }, at::TensorOptions().dtype(type));
}

}  // namespace

at::Tensor NewFloats(at::IntArrayRef shape) { return Own(MapPages(BytesOf(shape, at::kFloat) + kSlack), shape, at::kFloat); }

at::Tensor NewWeights(at::IntArrayRef shape, at::ScalarType type) { return Own(MapHugePages(BytesOf(shape, type) + kSlack), shape, type); }

}  // namespace plait
