#include "compiler/base/file_system.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include <fmt/format.h>
#include <sys/stat.h>

namespace plait {
namespace {

Error NotReadable(const std::string& path, std::string_view why) {
  return {FailureKind::FileNotFound, fmt::format("cannot read `{}`: {}", path, why), "", {}};
}

std::string Describe(int error_number) { return error_number == ENOENT ? "no such file" : std::strerror(error_number); }

class RealFileSystem : public FileSystem {
 public:
  Result<std::string> ReadFile(const std::string& path) const override { return ReadPrefix(path, UINT64_MAX); }

  Result<std::string> ReadPrefix(const std::string& path, uint64_t bytes) const override {
    if (IsDirectory(path)) {
      return NotReadable(path, "it is a folder");
    }
    std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), std::fclose);
    if (!file) {
      return NotReadable(path, Describe(errno));
    }
    std::string text;
    constexpr size_t kChunk = 1 << 16;
    // Only a hint: what is no plain file may have no size, or one that means nothing.
    constexpr uint64_t kMostReserved = uint64_t{64} << 20U;
    if (const Result<uint64_t> size = FileSize(path); size.ok()) {
      text.reserve(static_cast<size_t>(std::min({bytes, *size, kMostReserved})) + kChunk);
    }
    while (text.size() < bytes) {
      size_t want = static_cast<size_t>(std::min<uint64_t>(kChunk, bytes - text.size()));
      size_t old_size = text.size();
      text.resize(old_size + want);
      size_t got = std::fread(text.data() + old_size, 1, want, file.get());
      text.resize(old_size + got);
      if (got < want) {
        break;
      }
    }
    if (std::ferror(file.get()) != 0) {
      return NotReadable(path, "reading it failed");
    }
    return text;
  }

  Result<uint64_t> FileSize(const std::string& path) const override {
    struct stat status{};
    if (::stat(path.c_str(), &status) != 0) {
      return NotReadable(path, Describe(errno));
    }
    return static_cast<uint64_t>(status.st_size);
  }

  bool IsFile(const std::string& path) const override {
    struct stat status{};
    return ::stat(path.c_str(), &status) == 0 && !S_ISDIR(status.st_mode);
  }

  bool IsDirectory(const std::string& path) const override {
    struct stat status{};
    return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
  }
};

}  // namespace

std::unique_ptr<FileSystem> MakeRealFileSystem() { return std::make_unique<RealFileSystem>(); }

Result<std::string> InMemoryFileSystem::ReadFile(const std::string& path) const { return ReadPrefix(path, UINT64_MAX); }

Result<std::string> InMemoryFileSystem::ReadPrefix(const std::string& path, uint64_t bytes) const {
  auto found = files_.find(path);
  if (found == files_.end()) {
    return NotReadable(path, "no such file");
  }
  return found->second.substr(0, static_cast<size_t>(std::min<uint64_t>(bytes, found->second.size())));
}

Result<uint64_t> InMemoryFileSystem::FileSize(const std::string& path) const {
  auto found = files_.find(path);
  if (found == files_.end()) {
    return NotReadable(path, "no such file");
  }
  return static_cast<uint64_t>(found->second.size());
}

bool InMemoryFileSystem::IsFile(const std::string& path) const { return files_.contains(path); }

bool InMemoryFileSystem::IsDirectory(const std::string& path) const {
  std::string prefix = path + "/";
  auto next = files_.lower_bound(prefix);
  return next != files_.end() && next->first.starts_with(prefix);
}

std::string JoinPath(std::string_view folder, std::string_view name) {
  if (folder.empty() || name.starts_with('/')) {
    return std::string(name);
  }
  return folder.ends_with('/') ? fmt::format("{}{}", folder, name) : fmt::format("{}/{}", folder, name);
}

std::string ParentPath(std::string_view path) {
  size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? "" : std::string(path.substr(0, slash));
}

}  // namespace plait
