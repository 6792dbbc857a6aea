// From a classifier's logits to labels with scores, as transformers' TextClassificationPipeline.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "compiler/base/result.h"
#include "compiler/base/value.h"

namespace plait {

enum class ScoreFunction : uint8_t { None, Sigmoid, Softmax };

/// What config.json says of a head's outputs.
struct LabelScheme {
  /// One a logit: `id2label`, and LABEL_0, LABEL_1, … where it says nothing.
  std::vector<std::string> labels;
  /// Regression has none, several labels at once or one label the sigmoid, the rest the softmax.
  ScoreFunction function = ScoreFunction::Softmax;
};

/// Fails with `model-config-invalid` where `id2label` or `problem_type` is not what transformers writes.
Result<LabelScheme> ReadLabelScheme(const Value& config, int64_t num_labels, std::string_view folder);

/// The softmax, which sums to 1. Needs at least one logit; all finite.
std::vector<double> Softmax(std::span<const float> logits);

/// One score a label.
std::vector<double> ScoresOf(std::span<const float> logits, ScoreFunction function);

/// Indices by descending score, equal ones by ascending index.
std::vector<size_t> BestFirst(std::span<const double> scores);

/// stdlib's [text.Label]: the `top_k` best, best first; all where that is nothing.
Value LabelList(std::span<const float> logits, const LabelScheme& scheme, std::optional<int64_t> top_k);

}  // namespace plait
