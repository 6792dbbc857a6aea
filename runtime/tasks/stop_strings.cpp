#include "runtime/tasks/stop_strings.h"

#include <algorithm>

namespace plait {

bool EndsWithStop(std::span<const int32_t> tokens, std::span<const std::string> stop, const DecodeFunction& decode) {
  if (stop.empty() || tokens.empty()) {
    return false;
  }
  size_t longest = 0;
  for (const std::string& text : stop) {
    longest = std::max(longest, text.size());
  }
  // A token is at least one byte, so no stop text reaches further back; one token more, since decoders may strip the first one's space.
  std::span<const int32_t> window = tokens.last(std::min(tokens.size(), longest + 1));
  return StopIsNew(decode(window.first(window.size() - 1)), decode(window), stop);
}

bool StopIsNew(std::string_view before, std::string_view after, std::span<const std::string> stop) {
  auto ends = std::mismatch(before.begin(), before.end(), after.begin(), after.end());
  auto common = static_cast<size_t>(ends.second - after.begin());
  return std::any_of(stop.begin(), stop.end(), [&](const std::string& text) {
    size_t from = common >= text.size() ? common - text.size() + 1 : 0;
    return after.find(text, from) != std::string_view::npos;
  });
}

}  // namespace plait
