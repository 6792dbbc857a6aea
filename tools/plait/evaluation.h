// One model in `exact` and in a class on a text, through the runtime's library.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/base/value.h"
#include "tools/plait/verb.h"

namespace plait {

/// A model of the plan, and the class it is to be evaluated in.
struct EvaluationSubject {
  const plan::Model* model = nullptr;
  std::string precision;
};

struct EvaluationSettings {
  std::string text;
  /// The file, as it was named.
  std::string text_name;
  std::vector<std::string> labels;
  /// 0 for all.
  int64_t max_tokens = 0;
  int threads = 0;
  bool shows_progress = false;
  /// Whether a person is told of caches that cannot be used.
  bool shows_notes = true;
};

/// The object that `plait_evaluation_json` tells of, with the model's `source` at its end. On failure everything has been printed.
std::optional<Value> EvaluateInClass(const World& world, const PreparedPlan& prepared, const EvaluationSubject& subject,
                                     const EvaluationSettings& settings);

}  // namespace plait
