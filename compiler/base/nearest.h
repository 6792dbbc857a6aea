// "Did you mean": the candidate that a misspelt word most likely stands for.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace plait {

/// The candidate with the smallest edit distance, if that is at most (length + 1) / 3, and at least 1; the first of equals.
std::optional<std::string> Nearest(std::string_view word, std::span<const std::string> candidates);

}  // namespace plait
