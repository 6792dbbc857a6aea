// What `plait eval` prints, and what its figures are held against.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "compiler/base/value.h"

namespace plait {

/// `12,288`
std::string Grouped(int64_t count);

/// A model's figures as a person reads them: a line that says what was compared on what, then one a figure, in columns.
std::string EvaluationText(const Value& figures);

/// All of them for tools: {"version", "text", "models"}.
std::string EvaluationJson(std::string_view text_name, std::span<const Value> models);

/// What a class may cost at most, as fractions.
struct QualityBounds {
  std::optional<double> max_perplexity_change;
  std::optional<double> min_agreement;
};
/// How the figures break the bounds, in words; empty where they keep them.
std::string BrokenBound(const Value& figures, const QualityBounds& bounds);

/// `0.5%` as 0.005; nothing where the text is no percentage from 0 on.
std::optional<double> ParsePercentage(std::string_view text);

}  // namespace plait
