#include "runtime/program/evaluation.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "compiler/plan/lookup.h"
#include "runtime/base/thread_team.h"
#include "runtime/exec/contain.h"
#include "runtime/nn/torch_threads.h"
#include "runtime/program/cache_name.h"
#include "runtime/program/pool_size.h"

namespace plait {

Result<Value> EvaluateModel(const plan::Plan& plan, const EvaluationOptions& options, const Cancellation& cancellation) {
  auto model = std::ranges::find(plan.models, options.model, &plan::Model::name);
  if (model == plan.models.end()) {
    return Error{FailureKind::PlanInvalid, fmt::format("the plan has no model `{}`", options.model), "", {}};
  }
  const std::optional<Precision> precision = options.precision.empty() ? PrecisionOf(model->options) : PrecisionFromName(options.precision);
  if (!precision || *precision == Precision::Exact) {
    return Error{
        FailureKind::ArgumentRange,
        fmt::format("`{}` is no class to evaluate, expected bf16 or int8", options.precision.empty() ? "exact" : options.precision),
        "",
        {}};
  }
  ThreadPool pool(PoolSize(plan.machine, options.threads), UseOneTorchThread);
  // Counts its files as in use until both models are done.
  std::optional<WeightCache> cache;
  EvaluatedModel evaluated{model->task, options.folder, model->options, {}};
  if (!options.cache.folder.empty()) {
    evaluated.cache = {&cache.emplace(options.cache), CacheName(*model, options.folder)};
  }
  Result<Value> figures = Value();
  pool.Run([&](ThreadTeam& team) {
    figures = Contain("while evaluating the model", [&] { return EvaluateClass(evaluated, *precision, options.text, team, cancellation); });
  });
  if (!figures.ok()) {
    return plan::WithUserOf(*model, std::move(figures).error());
  }
  ValueFields fields = {{"model", Value::String(model->name)},
                        {"task", Value::String(model->task)},
                        {"precision", Value::String(PrecisionNames()[static_cast<size_t>(*precision)])}};
  for (const auto& field : figures->AsRecord()) {
    fields.push_back(field);
  }
  return Value::Record(std::move(fields));
}

}  // namespace plait
