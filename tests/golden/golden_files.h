// The files that a golden test sees: its own source without the expectation, everything else beside it as it is on disk.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "compiler/base/file_system.h"

namespace plait::golden {

/// `path` is relative to `root`, as all paths that are asked for.
class GoldenFiles : public FileSystem {
 public:
  GoldenFiles(std::string root, std::string path, std::string_view text) : root_(std::move(root)), path_(std::move(path)), text_(text) {}

  Result<std::string> ReadFile(const std::string& path) const override {
    return path == path_ ? Result<std::string>(std::string(text_)) : disk_->ReadFile(JoinPath(root_, path));
  }
  Result<std::string> ReadPrefix(const std::string& path, uint64_t bytes) const override {
    return path == path_ ? Result<std::string>(std::string(text_.substr(0, bytes))) : disk_->ReadPrefix(JoinPath(root_, path), bytes);
  }
  Result<uint64_t> FileSize(const std::string& path) const override { return disk_->FileSize(JoinPath(root_, path)); }
  [[nodiscard]] bool IsFile(const std::string& path) const override { return disk_->IsFile(JoinPath(root_, path)); }
  [[nodiscard]] bool IsDirectory(const std::string& path) const override { return disk_->IsDirectory(JoinPath(root_, path)); }

 private:
  std::unique_ptr<FileSystem> disk_ = MakeRealFileSystem();
  std::string root_;
  std::string path_;
  std::string_view text_;
};

}  // namespace plait::golden
