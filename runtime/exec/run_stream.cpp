// Streams: what begins them, what goes through them piece by piece, and who reads them.
#include <algorithm>
#include <chrono>
#include <utility>

#include "compiler/plan/lookup.h"
#include "runtime/base/pull.h"
#include "runtime/exec/at_stage.h"
#include "runtime/exec/contain.h"
#include "runtime/exec/executor.h"
#include "runtime/exec/stream_buffer.h"

namespace plait {

/// A model's stream, with the place of its call in every failure and a report when it is over.
class Executor::CallStream : public ValueStream {
 public:
  CallStream(Executor& executor, plan::StageId id) : executor_(executor), stage_(executor.entry_.stages[id]) {
    report_ = {id, stage_.kind, executor.plan_.models[stage_.model].name, stage_.method, stage_.span, 1, 1, 0, {}, {}, {}};
  }
  ~CallStream() override { Report(); }

  Result<void> Begin(const ValueFields& arguments) {
    StreamContext context{executor_.options_.seed, &report_.statistics};
    Result<std::shared_ptr<ValueStream>> opened =
        Contain("while running the model", [&] { return executor_.models_[stage_.model]->Open(stage_.method, arguments, context); });
    if (!opened.ok()) {
      return executor_.InCall(std::move(opened).error(), stage_);
    }
    pieces_ = *std::move(opened);
    return {};
  }

  Result<std::optional<Value>> Next(const PullContext& context) override {
    if (pieces_ == nullptr) {
      return std::optional<Value>();
    }
    if (!has_begun_) {
      has_begun_ = true;
      report_.begin = std::chrono::steady_clock::now();
      report_.threads = context.team.size();
      report_.track = executor_.Track();
    }
    Result<std::optional<Value>> piece = Contain("while running the model", [&] { return pieces_->Next(context); });
    report_.end = std::chrono::steady_clock::now();
    if (!piece.ok()) {
      Close();
      return executor_.InCall(std::move(piece).error(), stage_);
    }
    if (!*piece) {
      Close();
    }
    return piece;
  }

  void Close() override {
    if (pieces_ != nullptr) {
      pieces_->Close();
      pieces_ = nullptr;
    }
    Report();
  }

 private:
  void Report() {
    if (has_begun_ && !is_reported_ && executor_.options_.observer != nullptr) {
      executor_.options_.observer->OnStep(report_);
    }
    is_reported_ = is_reported_ || has_begun_;
  }

  Executor& executor_;
  const plan::Stage& stage_;
  StepReport report_;
  std::shared_ptr<ValueStream> pieces_;
  bool has_begun_ = false;
  bool is_reported_ = false;
};

/// The pieces of a stream, one by one through the body of a map. Holds the values that the body reads: whatever began it may be gone.
class Executor::EachStream : public ValueStream {
 public:
  EachStream(Executor& executor, const plan::Stage& stage, const Lanes& lanes, uint32_t lane, std::shared_ptr<ValueStream> source)
      : executor_(executor), stage_(stage), source_(std::move(source)) {
    for (plan::ValueId value : plan::ReadsOf(executor.entry_, stage)) {
      if (lanes.Has(value)) {
        values_.Write(value, {lanes.Read(value, lane)});
      }
    }
  }

  Result<std::optional<Value>> Next(const PullContext& context) override {
    while (true) {
      PLAIT_TRY_VOID(context.cancellation.Check());
      PLAIT_TRY(std::optional<Value> piece, source_->Next(context));
      if (!piece) {
        return piece;
      }
      PLAIT_TRY(std::optional<Value> element, ElementOf(*std::move(piece), context));
      if (element) {
        return element;
      }
    }
  }

  void Close() override { source_->Close(); }

 private:
  /// Nothing where the condition leaves the piece out.
  Result<std::optional<Value>> ElementOf(Value piece, const PullContext& context) {
    Scope scope(context.cancellation);
    auto items = std::make_unique<Lanes>(values_, LaneList{0});
    items->Write(stage_.item, {std::move(piece)});
    if (stage_.index) {
      items->Write(*stage_.index, {Value::Int(index_)});
    }
    ++index_;
    if (stage_.condition) {
      items = executor_.Keep(stage_, values_, *items, context.team, scope);
    }
    std::vector<Value> elements(items->count());
    if (items->count() > 0) {
      for (plan::StageId child : stage_.children) {
        executor_.RunStage(child, *items, context.team, scope);
      }
      executor_.Evaluate(stage_, stage_.element, *items, AliveLanes(*items, scope), scope, elements);
    }
    if (std::optional<Error> failure = scope.FailureOf(0)) {
      return *std::move(failure);
    }
    return elements.empty() ? std::optional<Value>() : std::optional<Value>(std::move(elements[0]));
  }

  Executor& executor_;
  const plan::Stage& stage_;
  std::shared_ptr<ValueStream> source_;
  Lanes values_;
  int64_t index_ = 0;
};

void Executor::OpenCalls(plan::StageId id, Lanes& lanes, Scope& scope) {
  const plan::Stage& stage = entry_.stages[id];
  std::vector<ValueFields> arguments(lanes.count());
  std::vector<Value> column(lanes.count());
  for (uint32_t lane : ArgumentsOf(stage, lanes, scope, arguments)) {
    auto stream = std::make_shared<CallStream>(*this, id);
    if (Result<void> begun = stream->Begin(arguments[lane]); begun.ok()) {
      column[lane] = Value::Stream(std::move(stream));
    } else {
      FailLane(scope, lanes.scope_lane(lane), std::move(begun).error());
    }
  }
  lanes.Write(*stage.writes, std::move(column));
}

void Executor::RunEach(const plan::Stage& stage, Lanes& lanes, ThreadTeam& team, Scope& scope) {
  std::vector<Value> column(lanes.count());
  std::vector<Value> sources(lanes.count());
  for (uint32_t lane : Evaluate(stage, stage.source, lanes, AliveLanes(lanes, scope), scope, sources)) {
    if (!sources[lane].is_stream()) {
      scope.Fail(lanes.scope_lane(lane), {FailureKind::PlanInvalid,
                                          "the plan goes through the pieces of `" + plan::ToString(stage.source) + "`, which is no stream",
                                          stage.span,
                                          {}});
      continue;
    }
    auto elements = std::make_shared<EachStream>(*this, stage, lanes, lane, sources[lane].AsStream());
    if (stage.gives_stream) {
      column[lane] = Value::Stream(std::move(elements));
      continue;
    }
    ValueList list;
    Result<void> drained = Drain(*elements, {team, scope.cancellation()}, [&](Value piece) {
      list.push_back(std::move(piece));
      return Result<void>();
    });
    if (drained.ok()) {
      column[lane] = Value::List(std::move(list));
    } else {
      FailLane(scope, lanes.scope_lane(lane), AtStage(std::move(drained).error(), stage));
    }
  }
  lanes.Write(*stage.writes, std::move(column));
}

void Executor::Reply(const Lanes& lanes, ThreadTeam& team, Scope& scope) {
  has_replied_ = true;
  std::vector<Value> column(lanes.count());
  for (uint32_t lane : Evaluate({}, entry_.result, lanes, AliveLanes(lanes, scope), scope, column)) {
    if (!column[lane].is_stream()) {
      scope.Fail(lanes.scope_lane(lane), {FailureKind::PlanInvalid, "the entry's result is no stream", entry_.name, {}});
      continue;
    }
    Result<void> replied = Drain(*column[lane].AsStream(), {team, scope.cancellation()}, [&](Value piece) {
      if (options_.on_piece) {
        return options_.on_piece(std::move(piece));
      }
      pieces_.push_back(std::move(piece));
      return Result<void>();
    });
    if (!replied.ok()) {
      FailLane(scope, lanes.scope_lane(lane), std::move(replied).error());
    }
  }
}

void Executor::RunStream(const plan::Stage& stage, Lanes& lanes, ThreadTeam& team, Scope& scope) {
  size_t next = 0;
  auto run_to = [&](size_t end, ThreadTeam& on) {
    int most = 0;
    for (; next < end; ++next) {
      most = std::max(most, entry_.stages[stage.children[next]].threads);
      RunStage(stage.children[next], lanes, on, scope);
    }
    return most;
  };
  auto read = [&](ThreadTeam& on) {
    run_to(stage.children.size(), on);
    if (stage.replies) {
      Reply(lanes, on, scope);
    }
  };
  if (!stage.buffer || team.size() < stage.threads) {
    // Each piece is written when it is asked for.
    read(team);
    return;
  }
  size_t writers = 0;
  while (!plan::Writes(entry_.stages[stage.children[writers++]], *stage.buffer)) {
  }
  int writing_threads = run_to(writers, team);
  std::vector<std::shared_ptr<ValueStream>> sources;
  std::vector<Value> column = lanes.ColumnOf(*stage.buffer);
  for (const Value& value : column) {
    if (value.is_stream()) {
      sources.push_back(value.AsStream());
    }
  }
  StreamBuffer buffer(std::move(sources), static_cast<size_t>(stage.capacity));
  size_t source = 0;
  for (Value& value : column) {
    if (value.is_stream()) {
      value = Value::Stream(buffer.ReaderOf(source++));
    }
  }
  lanes.Write(*stage.buffer, std::move(column));
  team.Fork({{writing_threads, [&](ThreadTeam& on) { buffer.Pump({on, scope.cancellation()}); }, 1},
             {stage.threads - writing_threads,
              [&](ThreadTeam& on) {
                read(on);
                buffer.CloseAll();
              },
              std::nullopt}});
}

}  // namespace plait
