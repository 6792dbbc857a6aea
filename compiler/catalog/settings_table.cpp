#include "compiler/catalog/settings_table.h"

#include <algorithm>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "compiler/base/nearest.h"

namespace plait {

Error SettingsError(std::string_view name, const toml::source_region& where, std::string message) {
  return {FailureKind::SettingsInvalid, std::move(message), fmt::format("{}:{}:{}", name, where.begin.line, where.begin.column), {}};
}

Result<toml::table> ParseSettings(std::string_view text, std::string_view name, std::span<const std::string> known) {
  toml::table table;
  try {
    table = toml::parse(text);
  } catch (const toml::parse_error& error) {
    return SettingsError(name, error.source(), std::string(error.description()));
  }
  const toml::key* unknown = nullptr;
  for (const auto& [key, node] : table) {
    bool is_known = std::find(known.begin(), known.end(), key.str()) != known.end();
    if (!is_known && (unknown == nullptr || key.source().begin < unknown->source().begin)) {
      unknown = &key;
    }
  }
  if (unknown == nullptr) {
    return table;
  }
  std::optional<std::string> nearest = Nearest(unknown->str(), known);
  std::string hint = nearest ? fmt::format("did you mean `{}`?", *nearest) : fmt::format("expected {}", fmt::join(known, ", "));
  return SettingsError(name, unknown->source(), fmt::format("the key `{}` is unknown; {}", unknown->str(), hint));
}

}  // namespace plait
