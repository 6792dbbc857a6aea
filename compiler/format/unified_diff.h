// The lines in which two texts differ.
#pragma once

#include <string>
#include <string_view>

namespace plait {

/// As `diff -u` shows them, with three equal lines around, so that `patch -p0` makes `after` of `before`; empty where the texts are equal.
/// Of texts that differ in thousands of lines, equal lines between the first and the last difference may be shown as changed.
std::string UnifiedDiff(std::string_view path, std::string_view before, std::string_view after);

}  // namespace plait
