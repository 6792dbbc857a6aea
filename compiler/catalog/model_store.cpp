#include "compiler/catalog/model_store.h"

#include <algorithm>

#include <fmt/format.h>

#include "compiler/base/digest.h"
#include "compiler/base/model_source.h"
#include "compiler/catalog/settings_table.h"

namespace plait {
namespace {

/// `~` and `~/folder` under the user's own folder.
std::string ExpandHome(const std::string& path, const std::string& home) {
  bool is_home = path == "~" || path.starts_with("~/");
  return is_home && !home.empty() ? home + path.substr(1) : path;
}

/// The other way round, for messages.
std::string ShortenHome(const std::string& path, const std::string& home) {
  return !home.empty() && path.starts_with(home + "/") ? fmt::format("~{}", path.substr(home.size())) : path;
}

/// The strings of an array that may be absent.
Result<std::vector<std::string>> ReadStrings(const toml::node* node, const std::string& path, std::string_view key, std::string_view what) {
  std::vector<std::string> strings;
  if (node == nullptr) {
    return strings;
  }
  if (!node->is_array()) {
    return SettingsError(path, node->source(), fmt::format("`{}` is no array of {}", key, what));
  }
  for (const toml::node& item : *node->as_array()) {
    if (!item.is_string() || (**item.as_string()).empty()) {
      return SettingsError(path, item.source(), fmt::format("`{}` holds something else than {}", key, what));
    }
    strings.push_back(**item.as_string());
  }
  return strings;
}

/// `[code_models] allow = ["sha256:…"]`
Result<std::vector<std::string>> ReadAllowedCode(const toml::table& settings, const std::string& path) {
  const toml::node* node = settings.get("code_models");
  if (node == nullptr) {
    return std::vector<std::string>();
  }
  if (!node->is_table()) {
    return SettingsError(path, node->source(), "`code_models` is no table");
  }
  for (const auto& [key, value] : *node->as_table()) {
    if (key != "allow") {
      return SettingsError(path, value.source(), fmt::format("`code_models` has no key `{}`; it has `allow`", key.str()));
    }
  }
  PLAIT_TRY(std::vector<std::string> digests, ReadStrings(node->as_table()->get("allow"), path, "allow", "digests"));
  for (const std::string& digest : digests) {
    if (!IsSha256Digest(digest)) {
      return SettingsError(path, node->source(), fmt::format("`{}` is no digest: `sha256:` and 64 small hexadecimal digits", digest));
    }
  }
  return digests;
}

/// What a plait.toml adds to the places. Only the user's own may allow code: one that came with a graph must not vouch for that graph.
Result<void> ReadSettings(const FileSystem& files, const std::string& path, bool is_users_own, ModelPlaces& places) {
  static const std::vector<std::string> kKeys = {"models", "code_models"};
  PLAIT_TRY(std::string text, files.ReadFile(path));
  PLAIT_TRY(toml::table table, ParseSettings(text, path, kKeys));
  PLAIT_TRY(std::vector<std::string> folders, ReadStrings(table.get("models"), path, "models", "folders"));
  for (const std::string& folder : folders) {
    places.folders.push_back(JoinPath(ParentPath(path), ExpandHome(folder, places.home)));
  }
  if (const toml::node* code = table.get("code_models"); code != nullptr && !is_users_own) {
    return SettingsError(path, code->source(), "`code_models` stands beside a graph, and only your own settings can allow code")
        .WithNote("fix", "move it to ~/.config/plait/plait.toml");
  }
  PLAIT_TRY(places.allowed_code, ReadAllowedCode(table, path));
  return {};
}

std::string HubCache(const Environment& environment, const std::string& home) {
  for (std::string_view name : {"HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"}) {
    if (std::optional<std::string> cache = Setting(environment, name)) {
      return ExpandHome(*cache, home);
    }
  }
  if (std::optional<std::string> hf_home = Setting(environment, "HF_HOME")) {
    return JoinPath(ExpandHome(*hf_home, home), "hub");
  }
  if (std::optional<std::string> cache = Setting(environment, "XDG_CACHE_HOME")) {
    return JoinPath(ExpandHome(*cache, home), "huggingface/hub");
  }
  return home.empty() ? "" : JoinPath(home, ".cache/huggingface/hub");
}

/// One search: where it looked and what it found.
class Search {
 public:
  Search(const FileSystem& files, const std::string& home) : files_(files), home_(home) {}

  /// A folder that is the model itself.
  std::optional<std::string> Try(const std::string& folder) {
    if (files_.IsDirectory(folder)) {
      return folder;
    }
    looked_in_.push_back(fmt::format("{} (no such folder)", ShortenHome(folder, home_)));
    return std::nullopt;
  }

  /// A folder in the form of Hugging Face's cache. Where `is_silent`, its absence is not worth a line.
  std::optional<std::string> TryHub(const std::string& repository, std::string_view revision, bool is_silent) {
    if (!files_.IsDirectory(repository)) {
      if (!is_silent) {
        looked_in_.push_back(fmt::format("{} (no such folder)", ShortenHome(repository, home_)));
      }
      return std::nullopt;
    }
    std::string wanted = revision.empty() ? "main" : std::string(revision);
    std::string commit = wanted;
    if (Result<std::string> reference = files_.ReadFile(JoinPath(repository, "refs/" + wanted)); reference.ok()) {
      commit = reference->substr(0, reference->find_first_of(" \r\n"));
    }
    std::string snapshot = JoinPath(repository, "snapshots/" + commit);
    if (!commit.empty() && files_.IsDirectory(snapshot)) {
      return snapshot;
    }
    looked_in_.push_back(fmt::format("{} (no snapshot of revision `{}`)", ShortenHome(repository, home_), wanted));
    return std::nullopt;
  }

  Error NotFound(std::string message, std::string fix) {
    Error error{FailureKind::ModelNotFound, std::move(message), "", {}};
    for (std::string& place : looked_in_) {
      error.notes.push_back({"looked in", std::move(place)});
    }
    error.notes.push_back({"fix", std::move(fix)});
    return error;
  }

 private:
  const FileSystem& files_;
  const std::string& home_;
  std::vector<std::string> looked_in_;
};

/// A name that leads out of the folder it is joined to is none of a model's.
bool IsRepositoryName(std::string_view name) {
  bool has_odd_part = name.empty() || name.starts_with('/') || name.ends_with('/') || name.find("//") != std::string_view::npos;
  return !has_odd_part && name.find("..") == std::string_view::npos && std::count(name.begin(), name.end(), '/') <= 1;
}

Result<std::string> FindRepository(const FileSystem& files, const ModelPlaces& places, std::string_view name, std::string_view revision) {
  Search search(files, places.home);
  std::string hub_name = fmt::format("models--{}", name);
  if (size_t slash = hub_name.find('/'); slash != std::string::npos) {
    hub_name.replace(slash, 1, "--");
  }
  if (IsRepositoryName(name)) {
    for (const std::string& folder : places.folders) {
      if (std::optional<std::string> found = search.TryHub(JoinPath(folder, hub_name), revision, true)) {
        return *found;
      }
      if (std::optional<std::string> found = search.Try(JoinPath(folder, name))) {
        return *found;
      }
    }
    if (!places.hub_cache.empty()) {
      if (std::optional<std::string> found = search.TryHub(JoinPath(places.hub_cache, hub_name), revision, false)) {
        return *found;
      }
    }
  }
  std::string download = revision.empty() ? std::string(name) : fmt::format("{} --revision {}", name, revision);
  return search.NotFound(fmt::format("model `{}` not found", name),
                         fmt::format("hf download {}   or   tools/make_models {}", download, name));
}

}  // namespace

Result<ModelPlaces> FindModelPlaces(const FileSystem& files, const Environment& environment, const std::vector<std::string>& models_flags,
                                    std::string_view source_path) {
  ModelPlaces places;
  places.home = Setting(environment, "HOME").value_or("");
  for (const std::string& folder : models_flags) {
    places.folders.push_back(ExpandHome(folder, places.home));
  }
  if (std::optional<std::string> settings = FindBesideOrAbove(files, source_path, kSettingsName)) {
    PLAIT_TRY_VOID(ReadSettings(files, *settings, false, places));
  }
  if (std::string own = OwnSettingsPath(environment, kSettingsName); !own.empty() && files.IsFile(own)) {
    PLAIT_TRY_VOID(ReadSettings(files, own, true, places));
  }
  places.hub_cache = HubCache(environment, places.home);
  return places;
}

Result<std::string> FindModelFolder(const FileSystem& files, const ModelPlaces& places, std::string_view source, std::string_view revision,
                                    std::string_view base_folder) {
  ModelSource parsed = ParseModelSource(source).value_or(ModelSource{"path", source});
  if (IsCodeKind(parsed.kind)) {
    std::string path = JoinPath(base_folder, ExpandHome(std::string(parsed.place), places.home));
    if (files.IsFile(path)) {
      return path;
    }
    Error error{FailureKind::ModelNotFound, fmt::format("the model's file `{}` was not found", ShortenHome(path, places.home)), "", {}};
    return std::move(error).WithNote("fix",
                                     "put the file there, or change the path in the source, which is relative to the source's folder");
  }
  if (parsed.kind == "hf") {
    return FindRepository(files, places, parsed.place, revision);
  }
  std::string folder(parsed.place);
  Search search(files, places.home);
  if (std::optional<std::string> found = search.Try(JoinPath(base_folder, ExpandHome(folder, places.home)))) {
    return *found;
  }
  return search.NotFound(fmt::format("model folder `{}` not found", folder),
                         "put the model's files there, or change the path in the source");
}

}  // namespace plait
