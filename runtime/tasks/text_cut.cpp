#include "runtime/tasks/text_cut.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace plait {
namespace {

/// Where the first text's tokens begin in the pair.
std::optional<size_t> FindRun(std::span<const int32_t> pair, std::span<const int32_t> first) {
  auto found = std::search(pair.begin(), pair.end(), first.begin(), first.end());
  return found == pair.end() ? std::nullopt : std::optional(static_cast<size_t>(found - pair.begin()));
}

}  // namespace

Encoding TruncateFirst(Encoding text, std::span<const int32_t> first_ids, size_t max_tokens) {
  if (text.input_ids.size() <= max_tokens) {
    return text;
  }
  size_t excess = text.input_ids.size() - max_tokens;
  std::optional<size_t> begin = FindRun(text.input_ids, first_ids);
  if (excess >= first_ids.size() || !begin) {
    return text;
  }
  auto from = static_cast<ptrdiff_t>(*begin + first_ids.size() - excess);
  auto to = from + static_cast<ptrdiff_t>(excess);
  text.input_ids.erase(text.input_ids.begin() + from, text.input_ids.begin() + to);
  text.token_type_ids.erase(text.token_type_ids.begin() + from, text.token_type_ids.begin() + to);
  return text;
}

}  // namespace plait
