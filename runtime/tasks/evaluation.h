// What a class of a model's weights (`precision: bf16`, `int8`) costs in quality: the model in `exact` and in the class, on the same text.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/model_options.h"
#include "compiler/base/result.h"
#include "compiler/base/value.h"
#include "runtime/base/cancellation.h"
#include "runtime/base/thread_team.h"
#include "runtime/nn/weight_reader.h"

namespace plait {

/// A text, and what is asked about it.
struct EvaluationText {
  std::string_view text;
  /// What messages call it.
  std::string name;
  /// Candidates for text.ZeroShot.
  std::vector<std::string> labels;
  /// A generator looks at the first so many tokens only; at all of them where this is 0.
  int64_t max_tokens = 0;
  /// Called with the scored tokens or the texts that are done, and those that there are.
  std::function<void(int64_t done, int64_t total)> progress;
};

/// What is evaluated: a task's model, the options of its block, whose own precision does not count, and where packed weights are kept.
struct EvaluatedModel {
  std::string_view task;
  const std::string& folder;
  const ValueFields& options;
  WeightReader::Cache cache;
};

/// Loads the model twice, so its weights are in memory in both precisions, and compares. Of a text.Generator:
///   {"tokens", "positions", "windows", "scored_tokens", "equal_tops", "equal_top_share", "mean_divergence", "perplexity_change",
///    "exact": {"perplexity", "bytes_per_pass"}, "in_class": {"perplexity", "bytes_per_pass"}, "stand_in"}
/// of a text.Classifier or text.ZeroShot, whose texts are the lines that are not blank:
///   {"texts", "equal_tops", "equal_top_share", "largest_score_difference", "largest_difference_line", "stand_in"}
/// and of a text.Embedder, whose texts are the same and two at least, with the nearest other text for a top:
///   {"texts", "equal_tops", "equal_top_share", "mean_cosine", "least_cosine", "least_cosine_line", "stand_in"}
/// Shares and changes are fractions, divergences are in nats. Fails with `argument-range` where the text has too little or labels are
/// missing, and with what loading and running fail with.
Result<Value> EvaluateClass(const EvaluatedModel& model, Precision precision, const EvaluationText& text, ThreadTeam& team,
                            const Cancellation& cancellation);

}  // namespace plait
