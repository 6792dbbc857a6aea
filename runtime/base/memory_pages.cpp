#include "runtime/base/memory_pages.h"

#include <cstdint>
#include <new>

#include <sys/mman.h>

namespace plait {
namespace {

constexpr size_t kHugePage = size_t{2} << 20;

}  // namespace

MemoryPages MapPages(size_t bytes) {
  void* start = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (start == MAP_FAILED) {
    throw std::bad_alloc();
  }
  return {start, bytes};
}

MemoryPages MapHugePages(size_t bytes) {
  if (bytes < 2 * kHugePage) {
    return MapPages(bytes);
  }
  auto start = reinterpret_cast<uintptr_t>(MapPages(bytes + kHugePage).data);
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
  return {memory, end - aligned};
}

void UnmapPages(const MemoryPages& pages) { ::munmap(pages.data, pages.bytes); }

}  // namespace plait
