// One model of a plan in `exact` and in a class, on a text.
#pragma once

#include <string>
#include <string_view>

#include "compiler/base/result.h"
#include "compiler/base/value.h"
#include "compiler/plan/plan.h"
#include "runtime/base/cancellation.h"
#include "runtime/cache/weight_cache.h"
#include "runtime/tasks/evaluation.h"

namespace plait {

struct EvaluationOptions {
  /// The model's name, Service.model, and its folder.
  std::string model;
  std::string folder;
  /// `bf16` or `int8`; the class that the plan declares where it is empty.
  std::string precision;
  /// Threads of the pool; 0 takes what the plan was made for, never more than the machine has.
  int threads = 0;
  EvaluationText text;
  /// As in ProgramOptions.
  WeightCache::Options cache;
};

/// What EvaluateClass gives, after {"model", "task", "precision"}. Fails, besides, with `plan-invalid` where the plan has no such model,
/// and with `argument-range` where the precision is no class.
Result<Value> EvaluateModel(const plan::Plan& plan, const EvaluationOptions& options, const Cancellation& cancellation);

}  // namespace plait
