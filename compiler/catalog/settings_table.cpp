#include "compiler/catalog/settings_table.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "compiler/base/nearest.h"

namespace plait {
namespace {

/// The folder around a folder; the empty one is the current.
std::string Above(const std::string& folder) {
  if (folder.empty() || folder == ".") {
    return "..";
  }
  if (folder == ".." || folder.ends_with("/..")) {
    return folder + "/..";
  }
  std::string parent = ParentPath(folder);
  return parent.empty() && folder.starts_with('/') ? "/" : parent;
}

}  // namespace

std::optional<std::string> FindBesideOrAbove(const FileSystem& files, std::string_view source_path, std::string_view name) {
  constexpr int kMostLevels = 64;
  std::string folder = source_path.starts_with('/') && ParentPath(source_path).empty() ? "/" : ParentPath(source_path);
  for (int level = 0; level < kMostLevels; ++level) {
    std::string path = JoinPath(folder, name);
    if (files.IsFile(path)) {
      return path;
    }
    if (folder == "/") {
      break;
    }
    folder = Above(folder);
  }
  return std::nullopt;
}

Error SettingsError(std::string_view name, const toml::source_region& where, std::string message) {
  return {FailureKind::SettingsInvalid, std::move(message), fmt::format("{}:{}:{}", name, where.begin.line, where.begin.column), {}};
}

Result<void> RefuseUnknownKeys(const toml::table& table, std::string_view name, std::span<const std::string> known) {
  const toml::key* unknown = nullptr;
  for (const auto& [key, node] : table) {
    bool is_known = std::find(known.begin(), known.end(), key.str()) != known.end();
    if (!is_known && (unknown == nullptr || key.source().begin < unknown->source().begin)) {
      unknown = &key;
    }
  }
  if (unknown == nullptr) {
    return {};
  }
  std::optional<std::string> nearest = Nearest(unknown->str(), known);
  std::string hint = nearest ? fmt::format("did you mean `{}`?", *nearest) : fmt::format("expected {}", fmt::join(known, ", "));
  return SettingsError(name, unknown->source(), fmt::format("the key `{}` is unknown; {}", unknown->str(), hint));
}

Result<toml::table> ParseSettings(std::string_view text, std::string_view name, std::span<const std::string> known) {
  toml::table table;
  try {
    table = toml::parse(text);
  } catch (const toml::parse_error& error) {
    return SettingsError(name, error.source(), std::string(error.description()));
  }
  PLAIT_TRY_VOID(RefuseUnknownKeys(table, name, known));
  return table;
}

}  // namespace plait
