#include "compiler/base/model_options.h"

#include <algorithm>

namespace plait {

std::optional<int64_t> BatchOf(const ValueFields& options) {
  auto found = std::ranges::find(options, kBatchOption, [](const auto& option) -> std::string_view { return option.first; });
  bool is_number = found != options.end() && found->second.is_int() && found->second.AsInt() >= 1;
  return is_number ? std::optional(found->second.AsInt()) : std::nullopt;
}

}  // namespace plait
