// plait.lock: which files each model was when somebody last looked, so that another machine can tell whether its own are the same.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/file_system.h"
#include "compiler/base/result.h"

namespace plait {

inline constexpr std::string_view kLockName = "plait.lock";
/// The format that this version writes, and the only one that it reads.
inline constexpr int kLockVersion = 1;

struct LockedModel {
  /// `hf:org/name`, `path:folder`, `torchscript:file` or `aoti:file`, as the graph states it.
  std::string source;
  /// The revision that the graph states; empty where it states none.
  std::string asked;
  /// The commit that this was in Hugging Face's cache; empty where it lay in a folder that does not tell.
  std::string revision;
  /// `sha256:…` as in ModelFacts.
  std::string digest;

  auto operator<=>(const LockedModel&) const = default;
};

struct LockFile {
  /// As messages show it.
  std::string path;
  /// In order of source, then asked; no two agree in both.
  std::vector<LockedModel> models;

  /// The entry of a model that asks for this revision: its own, or one that was found to be that commit.
  [[nodiscard]] const LockedModel* Find(std::string_view source, std::string_view revision) const;
  /// Takes the place of the entry with the same source and asked.
  void Set(LockedModel model);

  bool operator==(const LockFile&) const = default;
};

/// The lock beside a source, or the nearest in a folder above it.
std::optional<std::string> FindLock(const FileSystem& files, std::string_view source_path);
/// Where a lock for this source belongs that has none: beside the plait.toml that holds for it, else beside it.
std::string NewLockPath(const FileSystem& files, std::string_view source_path);

/// Reads TOML as `WriteLock` writes it, in any order. Fails with `lock-invalid` and the place for text that is no TOML, keys or versions
/// that it does not know, and values that are none.
Result<LockFile> ReadLock(std::string_view text, std::string path);
/// Reads the file at `path`, of which 64 MiB at most.
Result<LockFile> LoadLock(const FileSystem& files, const std::string& path);
/// Equal locks give equal text, whatever machine they were made on.
std::string WriteLock(const LockFile& lock);

/// The commit, where the folder is a snapshot of Hugging Face's cache; else empty.
std::string SnapshotRevision(std::string_view folder);

}  // namespace plait
