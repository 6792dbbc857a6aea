// A file seen as read-only memory.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "compiler/base/result.h"

namespace plait {

class MappedFile {
 public:
  /// Fails with `weights-invalid`, whose place is the path.
  static Result<MappedFile> Open(const std::string& path);

  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();

  [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }
  /// When the file was last written, in nanoseconds since 1970.
  [[nodiscard]] int64_t modified() const { return modified_; }
  /// Drops the pages of `part` from resident memory; reading them again is allowed and slow.
  void Release(std::span<const std::byte> part) const;

 private:
  MappedFile() = default;

  std::span<const std::byte> bytes_;
  int64_t modified_ = 0;
};

}  // namespace plait
