#include "compiler/base/output_file.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace plait {
namespace {

Error NotWritable(const std::string& path) {
  return {FailureKind::FileNotFound, fmt::format("cannot write `{}`: {}", path, std::strerror(errno)), "", {}};
}

/// The file that a chain of links leads to; `path` where there is none.
std::string ResolveLinks(const std::string& path) {
  std::unique_ptr<char, decltype(&std::free)> resolved(::realpath(path.c_str(), nullptr), &std::free);
  return resolved == nullptr ? path : resolved.get();
}

}  // namespace

Result<void> WriteFileWhole(const std::string& path, std::string_view text) {
  struct stat old{};
  bool is_there = ::stat(path.c_str(), &old) == 0;
  bool is_replaced = !is_there || S_ISREG(old.st_mode);
  std::string final_path = ResolveLinks(path);
  std::string target = is_replaced ? fmt::format("{}.{}.part", final_path, ::getpid()) : path;
  std::FILE* file = std::fopen(target.c_str(), "wb");
  if (file == nullptr) {
    return NotWritable(path);
  }
  bool is_whole = std::fwrite(text.data(), 1, text.size(), file) == text.size();
  if (is_replaced && is_there) {
    is_whole = ::fchmod(::fileno(file), old.st_mode & 07777U) == 0 && is_whole;
  }
  is_whole = std::fclose(file) == 0 && is_whole;
  if (is_whole && (!is_replaced || std::rename(target.c_str(), final_path.c_str()) == 0)) {
    return {};
  }
  Error error = NotWritable(path);
  if (is_replaced) {
    std::remove(target.c_str());
  }
  return error;
}

}  // namespace plait
