#include "compiler/base/output_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace plait {
namespace {

Error NotWritable(const std::string& path) {
  return {FailureKind::FileNotFound, fmt::format("cannot write `{}`: {}", path, std::strerror(errno)), "", {}};
}

bool IsRegularOrAbsent(const std::string& path) {
  struct stat status{};
  return ::stat(path.c_str(), &status) != 0 || S_ISREG(status.st_mode);
}

}  // namespace

Result<void> WriteFileWhole(const std::string& path, std::string_view text) {
  bool is_replaced = IsRegularOrAbsent(path);
  std::string target = is_replaced ? fmt::format("{}.{}.part", path, ::getpid()) : path;
  std::FILE* file = std::fopen(target.c_str(), "wb");
  if (file == nullptr) {
    return NotWritable(path);
  }
  bool is_whole = std::fwrite(text.data(), 1, text.size(), file) == text.size();
  is_whole = std::fclose(file) == 0 && is_whole;
  if (is_whole && (!is_replaced || std::rename(target.c_str(), path.c_str()) == 0)) {
    return {};
  }
  Error error = NotWritable(path);
  if (is_replaced) {
    std::remove(target.c_str());
  }
  return error;
}

}  // namespace plait
