#include "compiler/base/model_options.h"

#include <algorithm>
#include <array>
#include <utility>

namespace plait {
namespace {

constexpr std::array<std::pair<std::string_view, Precision>, 3> kPrecisions = {
    {{"exact", Precision::Exact}, {"bf16", Precision::Bf16}, {"int8", Precision::Int8}}};

/// Null where it is not there.
const Value& OptionOf(const ValueFields& options, std::string_view name) {
  static const Value kNone;
  auto found = std::ranges::find(options, name, [](const auto& option) -> std::string_view { return option.first; });
  return found == options.end() ? kNone : found->second;
}

}  // namespace

std::optional<Precision> PrecisionFromName(std::string_view name) {
  const auto* found = std::ranges::find(kPrecisions, name, [](const auto& precision) { return precision.first; });
  return found == kPrecisions.end() ? std::nullopt : std::optional(found->second);
}

std::vector<std::string> PrecisionNames() {
  std::vector<std::string> names;
  std::ranges::transform(kPrecisions, std::back_inserter(names), [](const auto& precision) { return std::string(precision.first); });
  return names;
}

std::optional<Precision> PrecisionOf(const ValueFields& options) {
  const Value& precision = OptionOf(options, "precision");
  if (precision.is_null()) {
    return Precision::Exact;
  }
  return precision.is_string() ? PrecisionFromName(precision.AsString()) : std::nullopt;
}

std::optional<int64_t> BatchOf(const ValueFields& options) {
  const Value& batch = OptionOf(options, kBatchOption);
  return batch.is_int() && batch.AsInt() >= 1 ? std::optional(batch.AsInt()) : std::nullopt;
}

}  // namespace plait
