#include "runtime/exec/executor.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>

#include "runtime/exec/contain.h"
#include "runtime/exec/evaluate.h"

namespace plait {
namespace {

/// An error that carries no place yet gets that of the stage.
Error AtStage(Error error, const plan::Stage& stage) {
  if (error.place.empty()) {
    error.place = stage.span;
  }
  return error;
}

/// What `Evaluate` gives. A plan edited by hand may bring together values of kinds that the compiler never would.
Result<Value> EvaluateAt(const plan::Stage& stage, const plan::Expr& expr, const Lanes& lanes, size_t lane) {
  try {
    Result<Value> value = Evaluate(expr, lanes, lane);
    return value.ok() ? std::move(value) : Result<Value>(AtStage(std::move(value).error(), stage));
  } catch (const std::bad_variant_access&) {
    return Error{FailureKind::PlanInvalid, "the plan computes `" + plan::ToString(expr) + "` on values of other kinds", stage.span, {}};
  }
}

Result<bool> EvaluateCondition(const plan::Stage& stage, const plan::Expr& expr, const Lanes& lanes, size_t lane) {
  PLAIT_TRY(Value value, EvaluateAt(stage, expr, lanes, lane));
  if (!value.is_bool()) {
    return Error{FailureKind::PlanInvalid, "the plan takes `" + plan::ToString(expr) + "` for a condition", stage.span, {}};
  }
  return value.AsBool();
}

}  // namespace

Executor::Executor(const plan::Plan& plan, const plan::Entry& entry, std::span<const std::unique_ptr<TaskModel>> models,
                   const Cancellation& cancellation, const ExecutorOptions& options)
    : plan_(plan), entry_(entry), models_(models), cancellation_(&cancellation), options_(options) {}

Result<Value> Executor::Run(std::vector<Value> arguments, ThreadTeam& team) {
  Lanes lanes;
  for (size_t i = 0; i < arguments.size(); ++i) {
    lanes.Write(entry_.parameters[i].value, {std::move(arguments[i])});
  }
  if (entry_.root) {
    Result<void> done = RunStage(*entry_.root, lanes, team);
    if (!done.ok()) {
      return first_failure_ ? *first_failure_ : std::move(done).error();
    }
  }
  plan::Stage result_stage;
  return EvaluateAt(result_stage, entry_.result, lanes, 0);
}

Result<void> Executor::RunStage(plan::StageId id, Lanes& lanes, ThreadTeam& team) {
  const plan::Stage& stage = entry_.stages[id];
  Result<void> done;
  switch (stage.kind) {
    case plan::StageKind::Call:
      done = RunCall(id, lanes, team);
      break;
    case plan::StageKind::Compute:
      done = RunCompute(stage, lanes);
      break;
    case plan::StageKind::Sequential:
      for (plan::StageId child : stage.children) {
        done = RunStage(child, lanes, team);
        if (!done.ok()) {
          return done;
        }
      }
      break;
    case plan::StageKind::Parallel:
      done = RunParallel(stage, lanes, team);
      break;
    case plan::StageKind::Map:
      done = RunMap(stage, lanes, team);
      break;
    case plan::StageKind::Branch:
      done = RunBranch(stage, lanes, team);
      break;
  }
  if (!done.ok()) {
    NoteFailure(done.error());
    return done;
  }
  for (plan::ValueId value : stage.frees) {
    lanes.Free(value);
  }
  return done;
}

Result<void> Executor::RunCall(plan::StageId id, Lanes& lanes, ThreadTeam& team) {
  const plan::Stage& stage = entry_.stages[id];
  PLAIT_TRY_VOID(cancellation_.Check());
  std::vector<ValueFields> calls(lanes.count());
  for (size_t lane = 0; lane < lanes.count(); ++lane) {
    for (const plan::Argument& argument : stage.arguments) {
      PLAIT_TRY(Value value, EvaluateAt(stage, argument.value, lanes, lane));
      calls[lane].emplace_back(argument.name, std::move(value));
    }
  }
  StepReport report{id, stage.kind, plan_.models[stage.model].name, stage.method, stage.span, lanes.count(), team.size(), Track(), {},
                    {}, {}};
  report.begin = std::chrono::steady_clock::now();
  std::vector<Result<Value>> answers;
  if (!calls.empty()) {
    CallContext context{team, cancellation_, options_.seed, &report.statistics};
    PLAIT_TRY(answers, Contain("while running the model", [&]() -> Result<std::vector<Result<Value>>> {
                return models_[stage.model]->Call(stage.method, calls, context);
              }));
  }
  report.end = std::chrono::steady_clock::now();
  if (options_.observer != nullptr) {
    options_.observer->OnStep(report);
  }
  std::vector<Value> column;
  column.reserve(answers.size());
  for (Result<Value>& answer : answers) {
    if (!answer.ok()) {
      Error error = AtStage(std::move(answer).error(), stage);
      return std::move(error).WithNote("called", report.model + "." + stage.method);
    }
    column.push_back(*std::move(answer));
  }
  lanes.Write(*stage.writes, std::move(column));
  return {};
}

Result<void> Executor::RunCompute(const plan::Stage& stage, Lanes& lanes) {
  for (const plan::Assignment& assignment : stage.assignments) {
    std::vector<Value> column;
    column.reserve(lanes.count());
    for (size_t lane = 0; lane < lanes.count(); ++lane) {
      PLAIT_TRY(Value value, EvaluateAt(stage, assignment.value, lanes, lane));
      column.push_back(std::move(value));
    }
    lanes.Write(assignment.target, std::move(column));
  }
  return {};
}

Result<void> Executor::RunParallel(const plan::Stage& stage, Lanes& lanes, ThreadTeam& team) {
  // A team may be smaller than planned, where a program was loaded with fewer threads; then children take turns.
  int planned = 0;
  for (plan::StageId child : stage.children) {
    planned += entry_.stages[child].threads;
  }
  if (planned > team.size()) {
    for (plan::StageId child : stage.children) {
      PLAIT_TRY_VOID(RunStage(child, lanes, team));
    }
    return {};
  }
  std::vector<std::optional<Error>> failures(stage.children.size());
  std::vector<ThreadTeam::Branch> branches;
  for (size_t i = 0; i < stage.children.size(); ++i) {
    const plan::Stage& child = entry_.stages[stage.children[i]];
    std::optional<int> yields_to;
    if (child.yields_to) {
      auto sibling = std::find(stage.children.begin(), stage.children.end(), *child.yields_to);
      yields_to = static_cast<int>(sibling - stage.children.begin());
    }
    branches.push_back({child.threads,
                        [&, i](ThreadTeam& branch_team) {
                          Result<void> done = RunStage(stage.children[i], lanes, branch_team);
                          if (!done.ok()) {
                            failures[i] = std::move(done).error();
                          }
                        },
                        yields_to});
  }
  team.Fork(std::move(branches));
  for (std::optional<Error>& failure : failures) {
    if (failure) {
      return *std::move(failure);
    }
  }
  return {};
}

Result<std::unique_ptr<Lanes>> Executor::ExpandMap(const plan::Stage& stage, const Lanes& lanes, ThreadTeam& team) {
  std::vector<uint32_t> outer_lanes;
  std::vector<Value> items;
  std::vector<Value> indices;
  for (size_t lane = 0; lane < lanes.count(); ++lane) {
    PLAIT_TRY(Value source, EvaluateAt(stage, stage.source, lanes, lane));
    size_t list_begin = items.size();
    if (!source.is_list()) {
      return Error{FailureKind::PlanInvalid, "the plan maps over `" + plan::ToString(stage.source) + "`, which is no list", stage.span, {}};
    }
    for (const Value& item : source.AsList()) {
      outer_lanes.push_back(static_cast<uint32_t>(lane));
      items.push_back(item);
      indices.push_back(Value::Int(static_cast<int64_t>(indices.size() - list_begin)));
    }
  }
  auto expanded = std::make_unique<Lanes>(lanes, outer_lanes);
  expanded->Write(stage.item, items);
  if (stage.index) {
    expanded->Write(*stage.index, indices);
  }
  if (!stage.condition) {
    return expanded;
  }
  if (stage.condition_stage && expanded->count() > 0) {
    PLAIT_TRY_VOID(RunStage(*stage.condition_stage, *expanded, team));
  }
  std::vector<uint32_t> kept_lanes;
  std::vector<Value> kept_items;
  std::vector<Value> kept_indices;
  for (size_t i = 0; i < expanded->count(); ++i) {
    PLAIT_TRY(bool keep, EvaluateCondition(stage, *stage.condition, *expanded, i));
    if (keep) {
      kept_lanes.push_back(outer_lanes[i]);
      kept_items.push_back(items[i]);
      kept_indices.push_back(indices[i]);
    }
  }
  auto kept = std::make_unique<Lanes>(lanes, std::move(kept_lanes));
  kept->Write(stage.item, std::move(kept_items));
  if (stage.index) {
    kept->Write(*stage.index, std::move(kept_indices));
  }
  return kept;
}

Result<void> Executor::RunMap(const plan::Stage& stage, Lanes& lanes, ThreadTeam& team) {
  PLAIT_TRY(std::unique_ptr<Lanes> items, ExpandMap(stage, lanes, team));
  if (items->count() > 0) {
    for (plan::StageId child : stage.children) {
      PLAIT_TRY_VOID(RunStage(child, *items, team));
    }
  }
  std::vector<ValueList> gathered(lanes.count());
  for (size_t i = 0; i < items->count(); ++i) {
    PLAIT_TRY(Value element, EvaluateAt(stage, stage.element, *items, i));
    gathered[items->outer_lanes()[i]].push_back(std::move(element));
  }
  std::vector<Value> column;
  column.reserve(gathered.size());
  for (ValueList& list : gathered) {
    column.push_back(Value::List(std::move(list)));
  }
  lanes.Write(*stage.writes, std::move(column));
  return {};
}

Result<void> Executor::RunBranch(const plan::Stage& stage, Lanes& lanes, ThreadTeam& team) {
  std::vector<std::vector<uint32_t>> taken(stage.arms.size());
  for (size_t lane = 0; lane < lanes.count(); ++lane) {
    for (size_t arm = 0; arm < stage.arms.size(); ++arm) {
      bool holds = true;
      if (stage.arms[arm].condition) {
        PLAIT_TRY(holds, EvaluateCondition(stage, *stage.arms[arm].condition, lanes, lane));
      }
      if (holds) {
        taken[arm].push_back(static_cast<uint32_t>(lane));
        break;
      }
    }
  }
  std::vector<Value> column(lanes.count());
  for (size_t arm = 0; arm < stage.arms.size(); ++arm) {
    if (taken[arm].empty()) {
      continue;
    }
    Lanes arm_lanes(lanes, taken[arm]);
    if (stage.arms[arm].stage) {
      PLAIT_TRY_VOID(RunStage(*stage.arms[arm].stage, arm_lanes, team));
    }
    for (size_t i = 0; i < arm_lanes.count(); ++i) {
      PLAIT_TRY(column[taken[arm][i]], EvaluateAt(stage, stage.arms[arm].value, arm_lanes, i));
    }
  }
  lanes.Write(*stage.writes, std::move(column));
  return {};
}

void Executor::NoteFailure(const Error& error) {
  {
    std::lock_guard lock(mutex_);
    if (!first_failure_) {
      first_failure_ = error;
    }
  }
  cancellation_.Cancel();
}

int Executor::Track() {
  std::lock_guard lock(mutex_);
  std::thread::id self = std::this_thread::get_id();
  auto found = std::find(tracks_.begin(), tracks_.end(), self);
  if (found == tracks_.end()) {
    tracks_.push_back(self);
    return static_cast<int>(tracks_.size()) - 1;
  }
  return static_cast<int>(found - tracks_.begin());
}

}  // namespace plait
