#include "runtime/exec/executor.h"

#include <algorithm>
#include <tuple>
#include <utility>
#include <variant>

#include "runtime/exec/at_stage.h"
#include "runtime/exec/evaluate.h"

namespace plait {
namespace {

/// What `Evaluate` gives. A plan edited by hand may bring together values of kinds that the compiler never would.
Result<Value> EvaluateAt(const plan::Stage& stage, const plan::Expr& expr, const Lanes& lanes, size_t lane, const TypeTable& types) {
  try {
    Result<Value> value = Evaluate(expr, lanes, lane, types);
    return value.ok() ? std::move(value) : Result<Value>(AtStage(std::move(value).error(), stage));
  } catch (const std::bad_variant_access&) {
    return Error{FailureKind::PlanInvalid, "the plan computes `" + plan::ToString(expr) + "` on values of other kinds", stage.span, {}};
  }
}

}  // namespace

Executor::Executor(const plan::Plan& plan, const plan::Entry& entry, std::span<const std::unique_ptr<TaskModel>> models,
                   const Cancellation& cancellation, const ExecutorOptions& options)
    : plan_(plan), entry_(entry), models_(models), cancellation_(cancellation), options_(options) {}

Result<Value> Executor::Run(std::vector<Value> arguments, ThreadTeam& team) {
  Lanes lanes;
  Scope scope(cancellation_);
  for (size_t i = 0; i < arguments.size(); ++i) {
    lanes.Write(entry_.parameters[i].value, {std::move(arguments[i])});
  }
  if (entry_.root) {
    RunStage(*entry_.root, lanes, team, scope);
  }
  std::vector<Value> column(1);
  bool is_stream = entry_.result_type.Is(TypeKind::Stream);
  if (!is_stream) {
    Evaluate({}, entry_.result, lanes, AliveLanes(lanes, scope), scope, column);
  } else if (!has_replied_) {
    Reply(lanes, team, scope);
  }
  if (std::optional<Error> failure = scope.FailureOf(0)) {
    return *std::move(failure);
  }
  return is_stream && !options_.on_piece ? Value::List(std::move(pieces_)) : std::move(column[0]);
}

std::vector<Degradation> Executor::TakeDegradations() {
  std::stable_sort(degradations_.begin(), degradations_.end(),
                   [](const Degradation& a, const Degradation& b) { return std::tie(a.place, a.call) < std::tie(b.place, b.call); });
  return std::move(degradations_);
}

void Executor::RunStage(plan::StageId id, Lanes& lanes, ThreadTeam& team, Scope& scope) {
  const plan::Stage& stage = entry_.stages[id];
  switch (stage.kind) {
    case plan::StageKind::Call:
      RunCall(id, lanes, team, scope);
      break;
    case plan::StageKind::Compute:
      RunCompute(stage, lanes, scope);
      break;
    case plan::StageKind::Sequential:
      for (plan::StageId child : stage.children) {
        RunStage(child, lanes, team, scope);
      }
      break;
    case plan::StageKind::Parallel:
      RunParallel(stage, lanes, team, scope);
      break;
    case plan::StageKind::Map:
      RunMap(stage, lanes, team, scope);
      break;
    case plan::StageKind::Branch:
      RunBranch(stage, lanes, team, scope);
      break;
    case plan::StageKind::Guard:
      RunGuard(stage, lanes, team, scope);
      break;
    case plan::StageKind::Loop:
      RunLoop(stage, lanes, team, scope);
      break;
    case plan::StageKind::Stream:
      RunStream(stage, lanes, team, scope);
      break;
  }
  for (plan::ValueId value : stage.frees) {
    lanes.Free(value);
  }
}

Executor::LaneList Executor::AliveLanes(const Lanes& lanes, const Scope& scope) {
  LaneList alive;
  for (uint32_t lane = 0; lane < lanes.count(); ++lane) {
    if (!scope.IsDead(lanes.scope_lane(lane))) {
      alive.push_back(lane);
    }
  }
  return alive;
}

Executor::LaneList Executor::Evaluate(const plan::Stage& stage, const plan::Expr& expr, const Lanes& lanes, const LaneList& which,
                                      Scope& scope, std::vector<Value>& column) {
  LaneList evaluated;
  for (uint32_t lane : which) {
    if (scope.IsDead(lanes.scope_lane(lane))) {
      continue;
    }
    Result<Value> value = EvaluateAt(stage, expr, lanes, lane, plan_.types);
    if (!value.ok()) {
      scope.Fail(lanes.scope_lane(lane), std::move(value).error());
      continue;
    }
    column[lane] = *std::move(value);
    evaluated.push_back(lane);
  }
  return evaluated;
}

Executor::LaneList Executor::Holds(const plan::Stage& stage, const plan::Expr& expr, const Lanes& lanes, const LaneList& which,
                                   Scope& scope, LaneList* others) {
  std::vector<Value> column(lanes.count());
  LaneList holds;
  for (uint32_t lane : Evaluate(stage, expr, lanes, which, scope, column)) {
    if (!column[lane].is_bool()) {
      scope.Fail(lanes.scope_lane(lane),
                 {FailureKind::PlanInvalid, "the plan takes `" + plan::ToString(expr) + "` for a condition", stage.span, {}});
    } else if (column[lane].AsBool()) {
      holds.push_back(lane);
    } else if (others != nullptr) {
      others->push_back(lane);
    }
  }
  return holds;
}

void Executor::FailLane(Scope& scope, uint32_t lane, Error error) {
  if (error.kind == FailureKind::Cancelled || error.kind == FailureKind::DeadlineExceeded) {
    scope.Stop(lane, error);
  } else {
    scope.Fail(lane, std::move(error));
  }
}

bool Executor::MustStop(const Lanes& lanes, const LaneList& which, Scope& scope, const plan::Stage* call) {
  if (which.empty()) {
    return true;
  }
  Result<void> stopped = scope.cancellation().Check();
  if (!stopped.ok()) {
    Error error = call == nullptr ? stopped.error() : InCall(stopped.error(), *call);
    for (uint32_t lane : which) {
      scope.Stop(lanes.scope_lane(lane), error);
    }
  }
  return !stopped.ok();
}

void Executor::RunCompute(const plan::Stage& stage, Lanes& lanes, Scope& scope) {
  LaneList alive = AliveLanes(lanes, scope);
  for (const plan::Assignment& assignment : stage.assignments) {
    std::vector<Value> column(lanes.count());
    alive = Evaluate(stage, assignment.value, lanes, alive, scope, column);
    lanes.Write(assignment.target, std::move(column));
  }
}

void Executor::RunParallel(const plan::Stage& stage, Lanes& lanes, ThreadTeam& team, Scope& scope) {
  // A team may be smaller than planned, where a program was loaded with fewer threads; then children take turns.
  int planned = 0;
  for (plan::StageId child : stage.children) {
    planned += entry_.stages[child].threads;
  }
  if (planned > team.size()) {
    for (plan::StageId child : stage.children) {
      RunStage(child, lanes, team, scope);
    }
    return;
  }
  std::vector<ThreadTeam::Branch> branches;
  for (plan::StageId id : stage.children) {
    const plan::Stage& child = entry_.stages[id];
    std::optional<int> yields_to;
    if (child.yields_to) {
      auto sibling = std::find(stage.children.begin(), stage.children.end(), *child.yields_to);
      yields_to = static_cast<int>(sibling - stage.children.begin());
    }
    branches.push_back(
        {child.threads, [this, id, &lanes, &scope](ThreadTeam& branch_team) { RunStage(id, lanes, branch_team, scope); }, yields_to});
  }
  team.Fork(std::move(branches));
}

std::unique_ptr<Lanes> Executor::ExpandMap(const plan::Stage& stage, const Lanes& lanes, ThreadTeam& team, Scope& scope) {
  LaneList outer_lanes;
  std::vector<Value> items;
  std::vector<Value> indices;
  std::vector<Value> sources(lanes.count());
  for (uint32_t lane : Evaluate(stage, stage.source, lanes, AliveLanes(lanes, scope), scope, sources)) {
    if (!sources[lane].is_list()) {
      scope.Fail(lanes.scope_lane(lane),
                 {FailureKind::PlanInvalid, "the plan maps over `" + plan::ToString(stage.source) + "`, which is no list", stage.span, {}});
      continue;
    }
    int64_t index = 0;
    for (const Value& item : sources[lane].AsList()) {
      outer_lanes.push_back(lane);
      items.push_back(item);
      indices.push_back(Value::Int(index++));
    }
  }
  auto expanded = std::make_unique<Lanes>(lanes, std::move(outer_lanes));
  expanded->Write(stage.item, std::move(items));
  if (stage.index) {
    expanded->Write(*stage.index, std::move(indices));
  }
  return stage.condition ? Keep(stage, lanes, *expanded, team, scope) : std::move(expanded);
}

std::unique_ptr<Lanes> Executor::Keep(const plan::Stage& stage, const Lanes& outer, Lanes& items, ThreadTeam& team, Scope& scope) {
  // The condition may end values that the body goes on with.
  std::vector<Value> item_column = items.ColumnOf(stage.item);
  std::vector<Value> index_column = stage.index ? items.ColumnOf(*stage.index) : std::vector<Value>();
  if (stage.condition_stage && items.count() > 0) {
    RunStage(*stage.condition_stage, items, team, scope);
  }
  LaneList kept_lanes;
  std::vector<Value> kept_items;
  std::vector<Value> kept_indices;
  for (uint32_t lane : Holds(stage, *stage.condition, items, AliveLanes(items, scope), scope)) {
    kept_lanes.push_back(items.outer_lanes()[lane]);
    kept_items.push_back(std::move(item_column[lane]));
    if (stage.index) {
      kept_indices.push_back(std::move(index_column[lane]));
    }
  }
  auto kept = std::make_unique<Lanes>(outer, std::move(kept_lanes));
  kept->Write(stage.item, std::move(kept_items));
  if (stage.index) {
    kept->Write(*stage.index, std::move(kept_indices));
  }
  return kept;
}

void Executor::RunMap(const plan::Stage& stage, Lanes& lanes, ThreadTeam& team, Scope& scope) {
  if (stage.is_each) {
    RunEach(stage, lanes, team, scope);
    return;
  }
  std::unique_ptr<Lanes> items = ExpandMap(stage, lanes, team, scope);
  if (items->count() > 0) {
    for (plan::StageId child : stage.children) {
      RunStage(child, *items, team, scope);
    }
  }
  std::vector<Value> elements(items->count());
  std::vector<ValueList> gathered(lanes.count());
  for (uint32_t item : Evaluate(stage, stage.element, *items, AliveLanes(*items, scope), scope, elements)) {
    gathered[items->outer_lanes()[item]].push_back(std::move(elements[item]));
  }
  std::vector<Value> column;
  column.reserve(gathered.size());
  for (ValueList& list : gathered) {
    column.push_back(Value::List(std::move(list)));
  }
  lanes.Write(*stage.writes, std::move(column));
}

void Executor::RunBranch(const plan::Stage& stage, Lanes& lanes, ThreadTeam& team, Scope& scope) {
  std::vector<Value> column(lanes.count());
  LaneList undecided = AliveLanes(lanes, scope);
  for (const plan::Arm& arm : stage.arms) {
    LaneList others;
    LaneList taken = arm.condition ? Holds(stage, *arm.condition, lanes, undecided, scope, &others) : std::move(undecided);
    undecided = std::move(others);
    if (taken.empty()) {
      continue;
    }
    Lanes arm_lanes(lanes, taken);
    if (arm.stage) {
      RunStage(*arm.stage, arm_lanes, team, scope);
    }
    std::vector<Value> values(taken.size());
    for (uint32_t lane : Evaluate(stage, arm.value, arm_lanes, AliveLanes(arm_lanes, scope), scope, values)) {
      column[taken[lane]] = std::move(values[lane]);
    }
  }
  lanes.Write(*stage.writes, std::move(column));
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
