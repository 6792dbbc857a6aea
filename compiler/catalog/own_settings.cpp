#include "compiler/catalog/own_settings.h"

#include "compiler/base/file_system.h"

namespace plait {

std::optional<std::string> Setting(const Environment& environment, std::string_view name) {
  std::optional<std::string> value = environment(name);
  return value && !value->empty() ? value : std::nullopt;
}

std::string OwnSettingsPath(const Environment& environment, std::string_view name) {
  std::optional<std::string> folder = Setting(environment, "XDG_CONFIG_HOME");
  const std::optional<std::string> home = Setting(environment, "HOME");
  if (!folder && !home) {
    return "";
  }
  return JoinPath(folder ? *folder : JoinPath(*home, ".config"), JoinPath("plait", name));
}

}  // namespace plait
