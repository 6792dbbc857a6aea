#include "runtime/cache/cache_folder.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "runtime/cache/weight_cache.h"

namespace plait {
namespace {

/// Names in the folder that end so; folders that cannot be read have none.
std::vector<std::string> FilesEnding(const std::string& folder, std::string_view ending) {
  std::vector<std::string> paths;
  std::error_code error;
  for (std::filesystem::directory_iterator item(folder, error), end; !error && item != end; item.increment(error)) {
    if (std::string path = item->path().string(); path.ends_with(ending)) {
      paths.push_back(std::move(path));
    }
  }
  return paths;
}

std::optional<CacheEntry> Measure(const std::string& path) {
  constexpr int64_t kNano = 1'000'000'000;
  struct stat status{};
  if (::stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return std::nullopt;
  }
  return CacheEntry{path, {}, static_cast<uint64_t>(status.st_size), status.st_mtim.tv_sec * kNano + status.st_mtim.tv_nsec};
}

/// The files of a cache without their labels, in order of their use, the oldest first.
std::vector<CacheEntry> MeasureAll(const std::string& folder) {
  std::vector<CacheEntry> entries;
  for (const std::string& path : FilesEnding(folder, kCacheFileEnding)) {
    if (std::optional<CacheEntry> entry = Measure(path)) {
      entries.push_back(*std::move(entry));
    }
  }
  std::sort(entries.begin(), entries.end(), [](const CacheEntry& a, const CacheEntry& b) { return a.used < b.used; });
  return entries;
}

uint64_t BytesOf(const std::vector<CacheEntry>& entries) {
  uint64_t bytes = 0;
  for (const CacheEntry& entry : entries) {
    bytes += entry.bytes;
  }
  return bytes;
}

/// Removes the file unless it is in use; says whether it did. Who begins to use it meanwhile finds it without a name.
bool RemoveUnused(const std::string& path) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  std::error_code error;
  return file.is_open() && file.IsUnused() && std::filesystem::remove(path, error);
}

}  // namespace

std::vector<CacheEntry> ListCache(const std::string& folder) {
  std::vector<CacheEntry> entries = MeasureAll(folder);
  std::reverse(entries.begin(), entries.end());
  for (CacheEntry& entry : entries) {
    if (Result<BlockFile> file = BlockFile::Open(entry.path); file.ok()) {
      entry.labels = file->labels();
    }
  }
  return entries;
}

uint64_t DefaultCacheBound(const std::string& folder) {
  constexpr uint64_t kMost = uint64_t{10} << 30U;
  constexpr uint64_t kShare = 10;
  struct statvfs disk{};
  std::string path = folder;
  // The folder may be yet to be made.
  while (::statvfs(path.c_str(), &disk) != 0) {
    std::string parent = std::filesystem::path(path).parent_path().string();
    if (parent == path || parent.empty()) {
      return kMost;
    }
    path = std::move(parent);
  }
  return std::min(kMost, (static_cast<uint64_t>(disk.f_bavail) * disk.f_frsize + BytesOf(MeasureAll(folder))) / kShare);
}

void RemoveLeftovers(const std::string& folder) {
  for (const std::string& path : FilesEnding(folder, kPartEnding)) {
    // Whoever writes holds a lock.
    RemoveUnused(path);
  }
}

bool MakeRoom(const std::string& folder, uint64_t bytes, uint64_t bound) {
  RemoveLeftovers(folder);
  if (bytes > bound) {
    return false;
  }
  std::vector<CacheEntry> entries = MeasureAll(folder);
  uint64_t held = BytesOf(entries);
  for (const CacheEntry& entry : entries) {
    if (held + bytes <= bound) {
      break;
    }
    if (RemoveUnused(entry.path)) {
      held -= entry.bytes;
    }
  }
  return held + bytes <= bound;
}

}  // namespace plait
