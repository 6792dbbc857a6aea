#include "runtime/cache/weight_cache.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "compiler/base/digest.h"
#include "compiler/base/file_system.h"
#include "runtime/cache/cache_folder.h"

namespace plait {
namespace {

/// Makes the folder and those around it, for the user alone as the XDG Base Directory Specification asks.
bool MakeFolder(const std::string& folder) {
  constexpr mode_t kOwnerOnly = 0700;
  if (::mkdir(folder.c_str(), kOwnerOnly) == 0 || errno == EEXIST) {
    return std::filesystem::is_directory(folder);
  }
  std::string parent = ParentPath(folder);
  // Somebody else may make it first.
  return errno == ENOENT && !parent.empty() && MakeFolder(parent) && (::mkdir(folder.c_str(), kOwnerOnly) == 0 || errno == EEXIST);
}

}  // namespace

std::string WeightCache::PathOf(const BlockFileLabels& labels) const {
  constexpr size_t kNameDigits = 40;
  const std::string digest = Sha256Digest(labels.key);
  return JoinPath(options_.folder, digest.substr(digest.find(':') + 1, kNameDigits) + std::string(kCacheFileEnding));
}

void WeightCache::Note(const std::string& text) const {
  if (options_.note) {
    options_.note(text);
  }
}

std::optional<BlockFile> WeightCache::Find(const BlockFileLabels& labels) {
  Result<BlockFile> file = BlockFile::Open(PathOf(labels));
  if (!file.ok()) {
    if (file.error().kind != FailureKind::FileNotFound) {
      Remove(labels, file.error());
    }
    return std::nullopt;
  }
  if (file->labels().key != labels.key) {
    Remove(labels, {FailureKind::WeightsInvalid, "its key is another", PathOf(labels), {}});
    return std::nullopt;
  }
  return *std::move(file);
}

void WeightCache::Use(BlockFile file) {
  // The file's time says when it was last used. Whoever may only read leaves it as it is.
  ::futimens(file.descriptor().get(), nullptr);
  in_use_.push_back(std::move(file).TakeDescriptor());
}

void WeightCache::Remove(const BlockFileLabels& labels, const Error& why) {
  const std::string path = PathOf(labels);
  std::error_code error;
  const bool is_removed = std::filesystem::remove(path, error);
  Note(fmt::format("the cached weights of `{}` were not usable{}: {}: {}", labels.model, is_removed ? " and are made anew" : "", path,
                   why.message));
}

void WeightCache::Keep(const BlockFileLabels& labels, std::span<const NamedBlock> blocks, ThreadTeam& team) {
  if (!is_writable_) {
    return;
  }
  auto fail = [&](std::string_view why) {
    is_writable_ = false;
    Note(fmt::format("the packed weights of `{}` are not cached: {}", labels.model, why));
  };
  if (!MakeFolder(options_.folder)) {
    return fail(fmt::format("cannot make the folder `{}`: {}", options_.folder, std::strerror(errno)));
  }
  constexpr double kMebibyte = 1 << 20;
  const uint64_t bytes = BlockFileBytes(labels, blocks);
  const uint64_t bound = options_.most_bytes > 0 ? options_.most_bytes : DefaultCacheBound(options_.folder);
  if (!MakeRoom(options_.folder, bytes, bound)) {
    return Note(fmt::format("the packed weights of `{}` are not cached: they take {:.1f} MiB, and the cache holds at most {:.1f} MiB",
                            labels.model, static_cast<double>(bytes) / kMebibyte, static_cast<double>(bound) / kMebibyte));
  }
  Result<Descriptor> written = WriteBlockFile(PathOf(labels), labels, blocks, team);
  if (!written.ok()) {
    return fail(written.error().message);
  }
  in_use_.push_back(*std::move(written));
}

}  // namespace plait
