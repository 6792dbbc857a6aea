// Options of a model that are the same for every task.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/value.h"

namespace plait {

/// What linear layers store their weights as. `Exact`: as values that lose nothing, fp32, or bf16 where the checkpoint has bf16.
enum class Precision : uint8_t { Exact, Bf16, Int8 };

/// `exact`, `bf16`, `int8`.
std::optional<Precision> PrecisionFromName(std::string_view name);
std::vector<std::string> PrecisionNames();
/// `Exact` where the options have none; nothing where they have something else.
std::optional<Precision> PrecisionOf(const ValueFields& options);

inline constexpr std::string_view kBatchOption = "batch";

/// The most lanes of a call that one pass of the model takes, at least 1; nothing where a pass takes all of them, or where the option is no
/// such number.
std::optional<int64_t> BatchOf(const ValueFields& options);

}  // namespace plait
