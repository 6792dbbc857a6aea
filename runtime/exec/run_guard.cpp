// Guards and loops: stages whose body may run several times.
#include <utility>

#include "runtime/base/pull.h"
#include "runtime/exec/executor.h"

namespace plait {
namespace {

/// The call that failed, as the error tells it; empty where none did.
std::string CallOf(const Error& error) {
  for (const ErrorNote& note : error.notes) {
    if (note.label == "called") {
      return note.text;
    }
  }
  return "";
}

Value Outcome(bool failed, Value value) { return Value::Record({{"failed", Value::Bool(failed)}, {"value", std::move(value)}}); }

}  // namespace

void Executor::RunGuard(const plan::Stage& stage, Lanes& lanes, ThreadTeam& team, Scope& scope) {
  std::vector<Value> column(lanes.count());
  LaneList pending = AliveLanes(lanes, scope);
  for (int64_t attempt = 0; !MustStop(lanes, pending, scope); ++attempt) {
    std::vector<std::optional<Error>> failures = Attempt(stage, lanes, pending, team, scope, column);
    LaneList again;
    for (size_t i = 0; i < pending.size(); ++i) {
      if (!failures[i]) {
        continue;
      }
      if (attempt < stage.retries && IsTransient(failures[i]->kind)) {
        again.push_back(pending[i]);
      } else if (stage.is_tolerant) {
        NoteDegradation(stage, *failures[i]);
        column[pending[i]] = Outcome(true, Value());
      } else {
        scope.Fail(lanes.scope_lane(pending[i]), *std::move(failures[i]));
      }
    }
    pending = std::move(again);
  }
  lanes.Write(*stage.writes, std::move(column));
}

std::vector<std::optional<Error>> Executor::Attempt(const plan::Stage& stage, const Lanes& lanes, const LaneList& pending, ThreadTeam& team,
                                                    Scope& scope, std::vector<Value>& column) {
  LaneList scope_lanes;
  for (uint32_t lane : pending) {
    scope_lanes.push_back(lanes.scope_lane(lane));
  }
  Scope own(scope, std::move(scope_lanes), stage.within_ms, stage.span);
  Lanes attempt(lanes, pending, true);
  for (plan::StageId child : stage.children) {
    RunStage(child, attempt, team, own);
  }
  std::vector<Value> values(attempt.count());
  for (uint32_t lane : Evaluate(stage, stage.element, attempt, AliveLanes(attempt, own), own, values)) {
    if (values[lane].is_stream() && !ReadFirst(values[lane], lane, team, own)) {
      continue;
    }
    column[pending[lane]] = stage.is_tolerant ? Outcome(false, std::move(values[lane])) : std::move(values[lane]);
  }
  std::vector<std::optional<Error>> failures;
  for (uint32_t lane = 0; lane < attempt.count(); ++lane) {
    // What failed further out as well is no matter of this guard.
    failures.push_back(scope.IsDead(lanes.scope_lane(pending[lane])) ? std::nullopt : own.FailureOf(lane));
  }
  return failures;
}

/// A guard of a stream ends with its first piece: reads that, and leaves the stream as if it had not been read.
bool Executor::ReadFirst(Value& stream, uint32_t lane, ThreadTeam& team, Scope& scope) {
  Result<std::optional<Value>> first = stream.AsStream()->Next({team, scope.cancellation()});
  if (!first.ok()) {
    stream.AsStream()->Close();
    FailLane(scope, lane, std::move(first).error());
    return false;
  }
  stream = *first ? ResumedStream(*std::move(first), stream) : StreamOf({});
  return true;
}

void Executor::NoteDegradation(const plan::Stage& guard, const Error& cause) {
  std::lock_guard lock(mutex_);
  for (Degradation& known : degradations_) {
    if (known.place == guard.span && known.cause == cause) {
      ++known.count;
      return;
    }
  }
  degradations_.push_back({CallOf(cause), guard.span, cause, 1});
}

void Executor::RunLoop(const plan::Stage& stage, Lanes& lanes, ThreadTeam& team, Scope& scope) {
  std::vector<Value> states(lanes.count());
  LaneList active = Evaluate(stage, stage.source, lanes, AliveLanes(lanes, scope), scope, states);
  for (int64_t round = 0; round < stage.limit && !MustStop(lanes, active, scope); ++round) {
    auto rows = std::make_unique<Lanes>(lanes, active);
    std::vector<Value> row_states;
    for (uint32_t lane : active) {
      row_states.push_back(states[lane]);
    }
    rows->Write(stage.item, std::move(row_states));
    if (round > 0) {
      rows = Keep(stage, lanes, *rows, team, scope);
    }
    if (rows->count() > 0) {
      for (plan::StageId child : stage.children) {
        RunStage(child, *rows, team, scope);
      }
    }
    std::vector<Value> next(rows->count());
    active.clear();
    for (uint32_t row : Evaluate(stage, stage.element, *rows, AliveLanes(*rows, scope), scope, next)) {
      uint32_t lane = rows->outer_lanes()[row];
      states[lane] = std::move(next[row]);
      active.push_back(lane);
    }
  }
  lanes.Write(*stage.writes, std::move(states));
}

}  // namespace plait
