// Writing a file so that nobody ever sees half of it.
#pragma once

#include <string>
#include <string_view>

#include "compiler/base/result.h"

namespace plait {

/// Writes beside `path` and renames, so that the old file stays until the new one is whole; its permissions stay too, and so do links that
/// lead to it. Devices and pipes are written to as they are.
Result<void> WriteFileWhole(const std::string& path, std::string_view text);

}  // namespace plait
