// The outside world of files, handed in so that every stage can be tested without one.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "compiler/base/result.h"

namespace plait {

class FileSystem {
 public:
  virtual ~FileSystem() = default;

  /// The whole file. Fails with `file-not-found`, whose message says why.
  virtual Result<std::string> ReadFile(const std::string& path) const = 0;
  /// At most the first `bytes` bytes.
  virtual Result<std::string> ReadPrefix(const std::string& path, uint64_t bytes) const = 0;
  virtual Result<uint64_t> FileSize(const std::string& path) const = 0;
  [[nodiscard]] virtual bool IsFile(const std::string& path) const = 0;
  [[nodiscard]] virtual bool IsDirectory(const std::string& path) const = 0;
};

/// The machine's own files.
std::unique_ptr<FileSystem> MakeRealFileSystem();

/// Files that exist only in memory; a path's parent folders exist by implication.
class InMemoryFileSystem : public FileSystem {
 public:
  void Add(std::string path, std::string text) { files_[std::move(path)] = std::move(text); }

  Result<std::string> ReadFile(const std::string& path) const override;
  Result<std::string> ReadPrefix(const std::string& path, uint64_t bytes) const override;
  Result<uint64_t> FileSize(const std::string& path) const override;
  [[nodiscard]] bool IsFile(const std::string& path) const override;
  [[nodiscard]] bool IsDirectory(const std::string& path) const override;

 private:
  std::map<std::string, std::string> files_;
};

/// `folder/name`, or `name` where it is absolute or the folder is empty.
std::string JoinPath(std::string_view folder, std::string_view name);
/// What stands before the last `/`; empty where there is none.
std::string ParentPath(std::string_view path);

}  // namespace plait
