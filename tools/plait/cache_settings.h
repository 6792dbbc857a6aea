// Where this user's cache of packed weights lies and what it may hold.
#pragma once

#include <cstdint>
#include <string>

#include "compiler/base/result.h"
#include "compiler/catalog/model_store.h"

namespace plait {

struct CacheSettings {
  /// XDG_CACHE_HOME/plait or ~/.cache/plait; empty where neither is known.
  std::string folder;
  /// PLAIT_CACHE_SIZE; 0 where it is not set.
  uint64_t most_bytes = 0;
  /// PLAIT_CACHE=off.
  bool is_off = false;

  [[nodiscard]] bool is_usable() const { return !is_off && !folder.empty(); }
};

/// Fails with `settings-invalid` for a variable whose value is none.
Result<CacheSettings> ReadCacheSettings(const Environment& environment);

}  // namespace plait
