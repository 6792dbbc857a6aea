// Variables of the environment, and the folder of a user's own settings.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace plait {

/// The value of a variable, if it is set.
using Environment = std::function<std::optional<std::string>(std::string_view name)>;

/// The value of a variable that is set to something.
std::optional<std::string> Setting(const Environment& environment, std::string_view name);

/// `name` in XDG_CONFIG_HOME/plait or ~/.config/plait; empty where neither XDG_CONFIG_HOME nor HOME is set.
std::string OwnSettingsPath(const Environment& environment, std::string_view name);

}  // namespace plait
