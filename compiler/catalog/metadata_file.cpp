#include "compiler/catalog/metadata_file.h"

#include <fmt/format.h>

#include "compiler/formats/json.h"

namespace plait {

Result<std::string> ReadMetadataText(const FileSystem& files, const std::string& path, FailureKind failure) {
  PLAIT_TRY(uint64_t bytes, files.FileSize(path));
  if (bytes > kMostMetadataBytes) {
    return Error{failure, fmt::format("the file has {} bytes, expected at most {}", bytes, kMostMetadataBytes), path, {}};
  }
  return files.ReadPrefix(path, kMostMetadataBytes);
}

Result<MetadataFile> MetadataFile::Parse(std::string_view text, std::string path, FailureKind failure) {
  PLAIT_TRY(Value root, ParseJsonOfPython(text, path, failure));
  if (!root.is_record()) {
    return Error{failure, fmt::format("the file holds {}, expected an object", root.KindName()), std::move(path), {}};
  }
  return MetadataFile(std::move(root), std::move(path), failure);
}

Result<std::optional<MetadataFile>> MetadataFile::ReadIfThere(const FileSystem& files, const std::string& folder, std::string_view name,
                                                              FailureKind failure) {
  std::string path = JoinPath(folder, name);
  if (!files.IsFile(path)) {
    return std::optional<MetadataFile>();
  }
  PLAIT_TRY(std::string text, ReadMetadataText(files, path, failure));
  PLAIT_TRY(MetadataFile file, Parse(text, std::move(path), failure));
  return std::optional(std::move(file));
}

const Value* MetadataFile::Find(std::string_view key) const {
  const Value* value = root_.Field(key);
  return value == nullptr || value->is_null() ? nullptr : value;
}

Result<int64_t> MetadataFile::Size(std::string_view key) const {
  constexpr int64_t kMost = int64_t{1} << 31;
  const Value* value = root_.Field(key);
  if (value == nullptr || !value->is_int() || value->AsInt() < 1 || value->AsInt() > kMost) {
    return Fail(fmt::format("`{}` is {}, expected a size", key, value != nullptr ? ToJson(*value) : "missing"));
  }
  return value->AsInt();
}

Result<int64_t> MetadataFile::SizeOr(std::string_view key, int64_t absent) const { return Find(key) == nullptr ? absent : Size(key); }

}  // namespace plait
