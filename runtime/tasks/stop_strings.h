// Whether the newest token completes one of the texts that end a generation.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace plait {

/// Tokens as text, special tokens included.
using DecodeFunction = std::function<std::string(std::span<const int32_t>)>;

/// Whether one of `stop` stands in the text of `tokens` (prompt and new ones) and touches the newest token: it may begin in
/// earlier tokens, and the newest may go on after it. As transformers' StopStringCriteria. No text in `stop` is empty.
bool EndsWithStop(std::span<const int32_t> tokens, std::span<const std::string> stop, const DecodeFunction& decode);

/// The same over texts: whether one of `stop` stands in `after` and ends behind what `before`, the text without the newest token,
/// has in common with it.
bool StopIsNew(std::string_view before, std::string_view after, std::span<const std::string> stop);

}  // namespace plait
