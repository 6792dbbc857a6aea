// One file of a model's metadata: read up to a bound, and asked for keys by type.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "compiler/base/file_system.h"
#include "compiler/base/result.h"
#include "compiler/base/value.h"

namespace plait {

/// No configuration that a model came with is larger; a file that is has another purpose and is not read.
inline constexpr uint64_t kMostMetadataBytes = uint64_t{64} << 20U;

/// The text of a file of at most `kMostMetadataBytes`. A larger one fails with `failure`; one that cannot be read with `file-not-found`.
Result<std::string> ReadMetadataText(const FileSystem& files, const std::string& path, FailureKind failure);

/// A JSON object from a file. What it fails with has the file as its place and begins with the key and what was seen.
class MetadataFile {
 public:
  /// Fails with `failure` where the text is no JSON object.
  static Result<MetadataFile> Parse(std::string_view text, std::string path, FailureKind failure);
  /// Reads and parses; nothing where the folder has no such file.
  static Result<std::optional<MetadataFile>> ReadIfThere(const FileSystem& files, const std::string& folder, std::string_view name,
                                                         FailureKind failure);

  /// The key's value; nothing where it is absent or null.
  [[nodiscard]] const Value* Find(std::string_view key) const;
  [[nodiscard]] Error Fail(std::string message) const { return {failure_, std::move(message), path_, {}}; }

  /// Between 1 and 2^31.
  [[nodiscard]] Result<int64_t> Size(std::string_view key) const;
  [[nodiscard]] Result<int64_t> SizeOr(std::string_view key, int64_t absent) const;

 private:
  MetadataFile(Value root, std::string path, FailureKind failure) : root_(std::move(root)), path_(std::move(path)), failure_(failure) {}

  Value root_;
  std::string path_;
  FailureKind failure_;
};

}  // namespace plait
