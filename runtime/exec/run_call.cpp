// A call stage: its lanes as one batch of the model, or as several of a size that it sets, without the calls that were made already.
#include <algorithm>
#include <chrono>
#include <unordered_map>
#include <utility>

#include "compiler/base/model_options.h"
#include "compiler/plan/units.h"
#include "runtime/exec/at_stage.h"
#include "runtime/exec/contain.h"
#include "runtime/exec/executor.h"

namespace plait {

/// One call of a batch and the lanes that wait for it.
struct Executor::PendingCall {
  ValueFields arguments;
  std::vector<uint32_t> lanes;
  CallMemo::Ticket ticket;
  std::optional<Result<Value>> outcome;
  /// Its lanes have failed already, while the others of the batch ran.
  bool has_failed_lanes = false;
};

Error Executor::InCall(Error error, const plan::Stage& call) const {
  // What a stream brings along failed in the call that writes it.
  bool has_call = std::any_of(error.notes.begin(), error.notes.end(), [](const ErrorNote& note) { return note.label == "called"; });
  return has_call ? error : AtStage(std::move(error), call).WithNote("called", plan::CallName(plan_, call));
}

Executor::LaneList Executor::ArgumentsOf(const plan::Stage& stage, Lanes& lanes, Scope& scope, std::vector<ValueFields>& arguments) {
  LaneList running = AliveLanes(lanes, scope);
  if (MustStop(lanes, running, scope, &stage)) {
    return {};
  }
  for (const plan::Argument& argument : stage.arguments) {
    std::vector<Value> column(lanes.count());
    running = Evaluate(stage, argument.value, lanes, running, scope, column);
    for (uint32_t lane : running) {
      arguments[lane].emplace_back(argument.name, std::move(column[lane]));
    }
  }
  return running;
}

void Executor::RunCall(plan::StageId id, Lanes& lanes, ThreadTeam& team, Scope& scope) {
  const plan::Stage& stage = entry_.stages[id];
  if (stage.gives_stream) {
    OpenCalls(id, lanes, scope);
    return;
  }
  std::vector<ValueFields> arguments(lanes.count());
  LaneList running = ArgumentsOf(stage, lanes, scope, arguments);
  std::vector<PendingCall> calls;
  std::unordered_map<const CallMemo::Entry*, size_t> known;
  for (uint32_t lane : running) {
    bool reads_stream =
        std::any_of(arguments[lane].begin(), arguments[lane].end(), [](const auto& argument) { return argument.second.is_stream(); });
    CallMemo::Ticket ticket = reads_stream ? CallMemo::Alone() : memo_.Enter(stage.model, stage.method, arguments[lane]);
    auto [place, is_new] = known.try_emplace(ticket.entry.get(), calls.size());
    if (is_new) {
      calls.push_back({std::move(arguments[lane]), {}, std::move(ticket), std::nullopt});
    }
    calls[place->second].lanes.push_back(lane);
  }
  auto fail = [&](PendingCall& call, const Error& error) {
    for (uint32_t lane : call.lanes) {
      FailLane(scope, lanes.scope_lane(lane), InCall(AtLane(error, stage, lanes, lane), stage));
    }
    call.has_failed_lanes = true;
  };
  Complete(id, calls, fail, team, scope);

  std::vector<Value> column(lanes.count());
  for (PendingCall& call : calls) {
    if (!call.outcome->ok()) {
      if (!call.has_failed_lanes) {
        fail(call, call.outcome->error());
      }
      continue;
    }
    for (uint32_t lane : call.lanes) {
      column[lane] = **call.outcome;
    }
  }
  lanes.Write(*stage.writes, std::move(column));
}

void Executor::Complete(plan::StageId id, std::vector<PendingCall>& calls, FailCall fail, ThreadTeam& team, Scope& scope) {
  const plan::Stage& stage = entry_.stages[id];
  while (true) {
    std::vector<PendingCall*> own;
    for (PendingCall& call : calls) {
      if (!call.outcome && call.ticket.runs) {
        own.push_back(&call);
      }
    }
    RunPasses(id, own, fail, team, scope);
    // Whoever holds the ticket of a call that it has yet to run must not wait for another.
    auto waits = std::find_if(calls.begin(), calls.end(), [&](PendingCall& call) {
      while (!call.outcome && !call.ticket.runs) {
        Result<std::optional<Result<Value>>> joined = memo_.Wait(call.ticket, scope.cancellation());
        if (!joined.ok()) {
          call.outcome = std::move(joined).error();
        } else if (*joined) {
          call.outcome = **std::move(joined);
        } else {
          call.ticket = memo_.Enter(stage.model, stage.method, call.arguments);
        }
      }
      return !call.outcome;
    });
    if (waits == calls.end()) {
      return;
    }
  }
}

void Executor::RunPasses(plan::StageId id, std::span<PendingCall* const> calls, FailCall fail, ThreadTeam& team, Scope& scope) {
  const std::optional<int64_t> batch = BatchOf(plan_.models[entry_.stages[id].model].options);
  while (!calls.empty()) {
    const size_t count = batch ? std::min(calls.size(), static_cast<size_t>(*batch)) : calls.size();
    CallModel(id, calls.first(count), fail, team, scope);
    calls = calls.subspan(count);
  }
}

void Executor::CallModel(plan::StageId id, std::span<PendingCall* const> calls, FailCall fail, ThreadTeam& team, Scope& scope) {
  const plan::Stage& stage = entry_.stages[id];
  std::vector<ValueFields> arguments;
  arguments.reserve(calls.size());
  for (const PendingCall* call : calls) {
    arguments.push_back(call->arguments);
  }
  StepReport report{id, stage.kind, plan_.models[stage.model].name, stage.method, stage.span, calls.size(), team.size(), Track(), {},
                    {}, {}};
  report.begin = std::chrono::steady_clock::now();
  CallContext context{team, scope.cancellation(), options_.seed, &report.statistics,
                      [&](size_t call, const Error& error) { fail(*calls[call], error); }};
  Result<std::vector<Result<Value>>> answers = Contain("while running the model", [&]() -> Result<std::vector<Result<Value>>> {
    return models_[stage.model]->Call(stage.method, arguments, context);
  });
  report.end = std::chrono::steady_clock::now();
  for (size_t i = 0; i < calls.size(); ++i) {
    calls[i]->outcome = answers.ok() ? std::move((*answers)[i]) : Result<Value>(answers.error());
    memo_.Publish(calls[i]->ticket, *calls[i]->outcome);
  }
  if (options_.observer != nullptr) {
    options_.observer->OnStep(report);
  }
}

}  // namespace plait
