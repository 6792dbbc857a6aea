// Settings files in TOML: found, and parsed with their errors as `settings-invalid`.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <toml++/toml.h>

#include "compiler/base/file_system.h"
#include "compiler/base/result.h"

namespace plait {

inline constexpr std::string_view kSettingsName = "plait.toml";

/// The file of that name beside a source, or the nearest in a folder above it.
std::optional<std::string> FindBesideOrAbove(const FileSystem& files, std::string_view source_path, std::string_view name);

/// An error at a place of the file `name`.
Error SettingsError(std::string_view name, const toml::source_region& where, std::string message);

/// Refuses keys that are not among `known`, naming the nearest.
Result<void> RefuseUnknownKeys(const toml::table& table, std::string_view name, std::span<const std::string> known);

/// The root table; refuses text that is no TOML and keys that are not among `known`, naming the nearest.
Result<toml::table> ParseSettings(std::string_view text, std::string_view name, std::span<const std::string> known);

}  // namespace plait
