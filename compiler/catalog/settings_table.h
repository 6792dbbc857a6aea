// Settings files in TOML: parsed, with their errors as `settings-invalid`.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include <toml++/toml.h>

#include "compiler/base/result.h"

namespace plait {

/// An error at a place of the file `name`.
Error SettingsError(std::string_view name, const toml::source_region& where, std::string message);

/// The root table; refuses text that is no TOML and keys that are not among `known`, naming the nearest.
Result<toml::table> ParseSettings(std::string_view text, std::string_view name, std::span<const std::string> known);

}  // namespace plait
