#include "compiler/catalog/lock_file.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include <fmt/format.h>

#include "compiler/base/digest.h"
#include "compiler/base/model_source.h"
#include "compiler/catalog/metadata_file.h"
#include "compiler/catalog/settings_table.h"

namespace plait {
namespace {

constexpr std::string_view kHeader =
    R"(# Which files each model was when `plait lock` looked last. Keep this file beside the graphs, in version control;
# `plait check --locked` fails where a model's files are others.
)";

std::tuple<std::string_view, std::string_view> KeyOf(const LockedModel& model) { return {model.source, model.asked}; }

bool IsWordOf(std::string_view text, std::string_view extra) {
  return std::all_of(text.begin(), text.end(), [&](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || extra.find(c) != std::string_view::npos;
  });
}

bool IsSource(std::string_view text) {
  std::optional<ModelSource> source = ParseModelSource(text);
  return source && !source->place.empty();
}

/// It becomes a folder's name, so it cannot lead anywhere else.
bool IsCommit(std::string_view text) { return !text.empty() && text.size() <= 64 && text[0] != '.' && IsWordOf(text, "._-"); }

bool IsRevision(std::string_view text) { return !text.empty(); }

struct Key {
  std::string name;
  std::string LockedModel::* target;
  bool (*is_right)(std::string_view);
  std::string_view expected;
  bool is_needed;
};

const std::vector<Key>& Keys() {
  static const std::vector<Key> keys = {
      {"source", &LockedModel::source, IsSource, "`hf:org/name`, `path:folder`, `torchscript:file` or `aoti:file`", true},
      {"asked", &LockedModel::asked, IsRevision, "the revision that the graph states", false},
      {"revision", &LockedModel::revision, IsCommit, "a commit", false},
      {"digest", &LockedModel::digest, IsSha256Digest, "`sha256:` and 64 hexadecimal digits", true},
  };
  return keys;
}

std::vector<std::string> KeyNames() {
  std::vector<std::string> names;
  std::transform(Keys().begin(), Keys().end(), std::back_inserter(names), [](const Key& key) { return key.name; });
  return names;
}

Result<LockedModel> ReadModel(const toml::table& table, std::string_view path) {
  PLAIT_TRY_VOID(RefuseUnknownKeys(table, path, KeyNames()));
  LockedModel model;
  for (const Key& key : Keys()) {
    const toml::node* node = table.get(key.name);
    if (node == nullptr && key.is_needed) {
      return SettingsError(path, table.source(), fmt::format("a model has no `{}`, expected {}", key.name, key.expected));
    }
    if (node == nullptr) {
      continue;
    }
    if (!node->is_string() || !key.is_right(**node->as_string())) {
      return SettingsError(path, node->source(), fmt::format("`{}` is not {}", key.name, key.expected));
    }
    model.*key.target = **node->as_string();
  }
  return model;
}

Result<void> ReadModels(const toml::node& node, LockFile& lock) {
  if (!node.is_array_of_tables() && !(node.is_array() && node.as_array()->empty())) {
    return SettingsError(lock.path, node.source(), "`model` is no list of tables, expected `[[model]]`");
  }
  for (const toml::node& item : *node.as_array()) {
    PLAIT_TRY(LockedModel model, ReadModel(*item.as_table(), lock.path));
    bool is_known = std::any_of(lock.models.begin(), lock.models.end(), [&](const LockedModel& m) { return KeyOf(m) == KeyOf(model); });
    if (is_known) {
      return SettingsError(lock.path, item.source(), fmt::format("`{}` stands here twice", model.source));
    }
    lock.models.push_back(std::move(model));
  }
  std::sort(lock.models.begin(), lock.models.end());
  return {};
}

Result<void> ReadRoot(std::string_view text, LockFile& lock) {
  static const std::vector<std::string> kKeys = {"version", "model"};
  PLAIT_TRY(toml::table table, ParseSettings(text, lock.path, kKeys));
  const toml::node* version = table.get("version");
  if (version == nullptr || !version->is_integer()) {
    return SettingsError(lock.path, version != nullptr ? version->source() : table.source(),
                         fmt::format("`version` is {}, expected {}", version != nullptr ? "no integer" : "missing", kLockVersion));
  }
  if (**version->as_integer() != kLockVersion) {
    return SettingsError(lock.path, version->source(),
                         fmt::format("`version` is {}, this version of plait reads {}", **version->as_integer(), kLockVersion));
  }
  const toml::node* models = table.get("model");
  return models != nullptr ? ReadModels(*models, lock) : Result<void>();
}

}  // namespace

const LockedModel* LockFile::Find(std::string_view source, std::string_view revision) const {
  const LockedModel* by_commit = nullptr;
  for (const LockedModel& model : models) {
    if (model.source == source && model.asked == revision) {
      return &model;
    }
    by_commit = model.source == source && !revision.empty() && model.revision == revision ? &model : by_commit;
  }
  return by_commit;
}

void LockFile::Set(LockedModel model) {
  std::erase_if(models, [&](const LockedModel& other) { return KeyOf(other) == KeyOf(model); });
  models.insert(std::upper_bound(models.begin(), models.end(), model), std::move(model));
}

std::optional<std::string> FindLock(const FileSystem& files, std::string_view source_path) {
  return FindBesideOrAbove(files, source_path, kLockName);
}

std::string NewLockPath(const FileSystem& files, std::string_view source_path) {
  std::optional<std::string> settings = FindBesideOrAbove(files, source_path, kSettingsName);
  return JoinPath(ParentPath(settings ? std::string_view(*settings) : source_path), kLockName);
}

Result<LockFile> ReadLock(std::string_view text, std::string path) {
  LockFile lock{std::move(path), {}};
  if (Result<void> read = ReadRoot(text, lock); !read.ok()) {
    Error error = std::move(read).error();
    error.kind = FailureKind::LockInvalid;
    return std::move(error).WithNote("fix", fmt::format("write it anew: delete {}, then `plait lock FILE`", lock.path));
  }
  return lock;
}

Result<LockFile> LoadLock(const FileSystem& files, const std::string& path) {
  PLAIT_TRY(std::string text, ReadMetadataText(files, path, FailureKind::LockInvalid));
  return ReadLock(text, path);
}

std::string WriteLock(const LockFile& lock) {
  std::string text(kHeader);
  text += fmt::format("version = {}\n", kLockVersion);
  std::vector<LockedModel> models = lock.models;
  std::sort(models.begin(), models.end());
  for (const LockedModel& model : models) {
    text += "\n[[model]]\n";
    for (const Key& key : Keys()) {
      if (!(model.*key.target).empty()) {
        text += fmt::format("{} = {}\n", key.name, QuoteJson(model.*key.target));
      }
    }
  }
  return text;
}

std::string SnapshotRevision(std::string_view folder) {
  std::string snapshots = ParentPath(folder);
  std::string repository = ParentPath(snapshots);
  std::string_view repository_name = std::string_view(repository).substr(repository.rfind('/') + 1);
  bool is_snapshot = std::string_view(snapshots).substr(snapshots.rfind('/') + 1) == "snapshots" && repository_name.starts_with("models--");
  std::string_view name = folder.substr(folder.rfind('/') + 1);
  return is_snapshot && IsCommit(name) ? std::string(name) : "";
}

}  // namespace plait
