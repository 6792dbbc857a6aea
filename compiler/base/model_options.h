// Options of a model that are the same for every task.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "compiler/base/value.h"

namespace plait {

inline constexpr std::string_view kBatchOption = "batch";

/// The most lanes of a call that one pass of the model takes, at least 1; nothing where a pass takes all of them, or where the option is no
/// such number.
std::optional<int64_t> BatchOf(const ValueFields& options);

}  // namespace plait
