// Memory straight from the system, in pages of its own.
#pragma once

#include <cstddef>

namespace plait {

struct MemoryPages {
  void* data = nullptr;
  /// Of the whole mapping.
  size_t bytes = 0;
};

/// Zeroed memory that becomes resident page by page as it is first written, so room that is never used costs nothing. Throws
/// `std::bad_alloc` where the system has none to give.
MemoryPages MapPages(size_t bytes);

/// As `MapPages`, in huge pages where the system grants them and `bytes` fill some: for what is read whole, over and over.
MemoryPages MapHugePages(size_t bytes);

void UnmapPages(const MemoryPages& pages);

}  // namespace plait
