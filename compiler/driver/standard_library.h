// The standard library's sources, embedded in the program.
#pragma once

#include <span>
#include <string_view>

namespace plait {

struct StandardModule {
  /// "std.text"
  std::string_view name;
  /// "stdlib/text.graph", what messages call it.
  std::string_view path;
  std::string_view text;
};

/// In order of name.
std::span<const StandardModule> StandardModules();

}  // namespace plait
