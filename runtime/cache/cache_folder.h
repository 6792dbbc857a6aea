// The folder of a cache: what lies in it, how much it may hold, and what leaves it first.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/cache/block_file.h"

namespace plait {

struct CacheEntry {
  std::string path;
  /// Empty labels where the file is not one that this version reads.
  BlockFileLabels labels;
  uint64_t bytes = 0;
  /// Nanoseconds since 1970: when it was written or last read.
  int64_t used = 0;
};

/// The entries, the one that was used last first; none where there is no such folder.
std::vector<CacheEntry> ListCache(const std::string& folder);

/// What a cache in this folder may hold where nobody says how much: 10 GiB, or a tenth of what it has and the disk has free, if that is
/// less.
uint64_t DefaultCacheBound(const std::string& folder);

/// Removes entries that nobody uses, the one used longest ago first, until `bytes` more fit within `bound`, and what writers left that
/// died. False where they do not fit.
bool MakeRoom(const std::string& folder, uint64_t bytes, uint64_t bound);

/// Removes what writers left that died.
void RemoveLeftovers(const std::string& folder);

}  // namespace plait
