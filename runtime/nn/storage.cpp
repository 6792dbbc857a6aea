#include "runtime/nn/storage.h"

#include <new>

#include <ATen/ops/from_blob.h>
#include <sys/mman.h>

namespace plait {
namespace {

constexpr size_t kHugePage = size_t{2} << 20;
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

void* Map(size_t bytes) {
  void* start = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (start == MAP_FAILED) {
    throw std::bad_alloc();
  }
  return start;
}

at::Tensor Own(void* start, size_t bytes, at::IntArrayRef shape, at::ScalarType type) {
  return at::from_blob(start, shape, [bytes](void* memory) { ::munmap(memory, bytes); }, at::TensorOptions().dtype(type));
}

}  // namespace

at::Tensor NewFloats(at::IntArrayRef shape) {
  size_t bytes = BytesOf(shape, at::kFloat) + kSlack;
  return Own(Map(bytes), bytes, shape, at::kFloat);
}

at::Tensor NewWeights(at::IntArrayRef shape, at::ScalarType type) {
  size_t bytes = BytesOf(shape, type) + kSlack;
  if (bytes < 2 * kHugePage) {
    return Own(Map(bytes), bytes, shape, type);
  }
  auto start = reinterpret_cast<uintptr_t>(Map(bytes + kHugePage));
  uintptr_t aligned = (start + kHugePage - 1) / kHugePage * kHugePage;
  if (aligned > start) {
    ::munmap(reinterpret_cast<void*>(start), aligned - start);
  }
  constexpr uintptr_t kPage = 4096;
  uintptr_t end = (aligned + bytes + kPage - 1) / kPage * kPage;
  uintptr_t mapped_end = (start + bytes + kHugePage + kPage - 1) / kPage * kPage;
  if (mapped_end > end) {
    ::munmap(reinterpret_cast<void*>(end), mapped_end - end);
  }
  auto* memory = reinterpret_cast<void*>(aligned);
  ::madvise(memory, end - aligned, MADV_HUGEPAGE);
  return Own(memory, end - aligned, shape, type);
}

}  // namespace plait
