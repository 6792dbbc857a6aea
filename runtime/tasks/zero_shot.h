// Any labels from an entailment model: sentences made of a template, and scores made of how far the text supports each,
// as transformers' ZeroShotClassificationPipeline (Yin, Hay, Roth: Benchmarking zero-shot text classification, 2019).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/result.h"
#include "compiler/base/value.h"

namespace plait {

/// A sentence with one place for a label: `{}` stands for it, `{{` and `}}` for braces, as in Python's str.format.
class HypothesisTemplate {
 public:
  /// Fails with `argument-range` where `{}` does not occur exactly once or a brace stands alone.
  static Result<HypothesisTemplate> Parse(std::string_view text);

  [[nodiscard]] std::string With(std::string_view label) const { return before_ + std::string(label) + after_; }

 private:
  std::string before_;
  std::string after_;
};

struct EntailmentIds {
  size_t entailment = 0;
  size_t contradiction = 0;
};

/// Entailment is the label of config.json's `label2id` (or `id2label`) that begins with "entail" in any case; contradiction is
/// label 0, or the last where entailment is 0. Fails with `model-unsupported` where no label says so.
Result<EntailmentIds> FindEntailment(const Value& config, int64_t num_labels, std::string_view folder);

/// One score a label from its pair's logits, [num_labels] each: over all labels the softmax of entailment; with `multi_label` or a
/// single candidate, for each label alone the softmax of entailment against contradiction.
std::vector<double> ZeroShotScores(std::span<const std::vector<float>> logits, const EntailmentIds& ids, bool multi_label);

/// stdlib's text.ZeroShotResult, best first.
Value ZeroShotResult(std::string_view sequence, std::span<const std::string> labels, std::span<const double> scores);

}  // namespace plait
