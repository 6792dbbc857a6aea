// Streams in a request: faults under every guard, buffers, who waits for whom, and who stops whom.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>

#include <fmt/format.h>

#include "compiler/plan/text.h"
#include "compiler/plan/verify.h"
#include "runtime/base/pull.h"
#include "tests/unit/runtime/exec/faults.h"

namespace plait::tests {
namespace {

/// One piece of a stream for the argument `x`, or nothing at its end. `attempt` counts the streams with that argument from 0.
using PieceScript = std::function<Result<std::optional<Value>>(const std::string& x, int attempt, int index, const PullContext& context)>;

/// Writes streams by a script, answers `answer` with its argument in brackets, and `read` with the joined pieces of a stream.
class StreamModel : public TaskModel {
 public:
  explicit StreamModel(PieceScript script) : script_(std::move(script)) {}

  std::vector<Result<Value>> Call(std::string_view method, std::span<const ValueFields> calls, const CallContext& context) const override {
    std::vector<Result<Value>> answers;
    for (const ValueFields& call : calls) {
      ++answered;
      const Value& x = call[0].second;
      if (on_answer) {
        on_answer(context);
      }
      if (method == "fail") {
        answers.emplace_back(Error{FailureKind::ArgumentRange, "refused", "", {}});
      } else {
        answers.push_back(method == "read" ? ReadAll(*x.AsStream(), context) : Value::String("<" + x.AsString() + ">"));
      }
    }
    return answers;
  }

  Result<std::shared_ptr<ValueStream>> Open(std::string_view /*method*/, const ValueFields& call,
                                            const StreamContext& /*context*/) const override {
    std::string x = call[0].second.AsString();
    return std::shared_ptr<ValueStream>(std::make_shared<Pieces>(*this, x, opened[x]++));
  }

  [[nodiscard]] bool is_stand_in() const override { return false; }

  mutable std::map<std::string, int> opened;
  mutable std::atomic<int> written = 0;
  mutable std::atomic<int> closed = 0;
  mutable std::atomic<int> answered = 0;
  std::function<void(const CallContext&)> on_answer;

 private:
  class Pieces : public ValueStream {
   public:
    Pieces(const StreamModel& model, std::string x, int attempt) : model_(model), x_(std::move(x)), attempt_(attempt) {}
    Result<std::optional<Value>> Next(const PullContext& context) override {
      Result<std::optional<Value>> piece = model_.script_(x_, attempt_, index_++, context);
      model_.written += piece.ok() && *piece ? 1 : 0;
      return piece;
    }
    void Close() override { ++model_.closed; }

   private:
    const StreamModel& model_;
    std::string x_;
    int attempt_;
    int index_ = 0;
  };

  static Result<Value> ReadAll(ValueStream& stream, const CallContext& context) {
    std::string text;
    while (true) {
      PLAIT_TRY(std::optional<Value> piece, stream.Next({context.team, context.cancellation}));
      if (!piece) {
        return Value::String(text);
      }
      text += piece->AsString();
    }
  }

  PieceScript script_;
};

struct StreamRun {
  Result<Value> result = Value();
  std::vector<Degradation> degraded;
  std::vector<Value> pieces;
};

void SetThreads(plan::Entry& entry, plan::StageId id, int threads) {
  entry.stages[id].threads = threads;
  for (plan::StageId child : plan::ChildrenOf(entry.stages[id])) {
    SetThreads(entry, child, entry.stages[id].kind == plan::StageKind::Stream ? 1 : threads);
  }
}

plan::Plan StreamPlan(const std::string& graph_text, int threads, int64_t capacity) {
  ir::Graph graph = RunPasses(*ir::Read("model @0 S.m: test.Task = path(\"m\") {}\n" + graph_text), {});
  plan::Plan plan = PlanFor(graph, threads);
  for (plan::Stage& stage : plan.entries[0].stages) {
    if (stage.kind != plan::StageKind::Stream) {
      continue;
    }
    stage.buffer.reset();
    stage.capacity = 0;
    if (capacity > 0) {
      stage.buffer = plan.entries[0].stages[stage.children[0]].writes;
      stage.capacity = capacity;
      SetThreads(plan.entries[0], *plan.entries[0].root, 2);
    }
  }
  Result<plan::Plan> read = plan::Read(plan::Write(plan), "plan");
  REQUIRE(read.ok());
  CHECK(*read == plan);
  return *read;
}

/// With a capacity, what writes the stream runs beside its readers.
StreamRun RunStreams(const std::string& graph_text, StreamModel& model, const std::vector<Value>& arguments,
                     const Cancellation& cancellation, int64_t capacity = 0, std::function<Result<void>(Value)> on_piece = {}) {
  plan::Plan plan = StreamPlan(graph_text, 2, capacity);
  std::vector<std::unique_ptr<TaskModel>> models;
  models.emplace_back(&model);
  Executor executor(plan, plan.entries.front(), models, cancellation, {0, nullptr, std::move(on_piece)});
  ThreadPool pool(2);
  StreamRun run;
  pool.Run([&](ThreadTeam& team) { run.result = executor.Run(arguments, team); });
  run.degraded = executor.TakeDegradations();
  models[0].release();  // NOLINT(bugprone-unused-return-value): the test owns it
  return run;
}

Result<std::optional<Value>> Numbered(int index, int count) {
  return index < count ? std::optional<Value>(Value::String(std::to_string(index))) : std::optional<Value>();
}

const std::string kMapped = R"(func @S.main(%x x: string) -> [string] entry {
  %s = model @0.write(x: %x) : stream<string>
  %m = map %s : stream<string> each (%p: string, %i: int) {
    %a = model @0.answer(x: %p) : string
    yield %a
  }
  %l = map %m : [string] each (%q: string, %j: int) { yield %q }
  return %l
}
)";

const std::string kReplied = R"(func @S.main(%x x: string) -> stream<string> entry {
  %s = model @0.write(x: %x) : stream<string>
  %m = map %s : stream<string> each (%p: string, %i: int) {
    %a = model @0.answer(x: %p) : string
    yield %a
  }
  return %m
}
)";

// Faults ------------------------------------------------------------------------------------------------------------------------------

std::string GuardedStream(Fault fault, Guard guard) {
  std::string head = "try";
  head += fault == Fault::Timeout ? " within_ms 25" : "";
  head += Retries(guard) ? fmt::format(" retries {}", kRetries) : "";
  std::string body = "{ %call = model @0.write(x: %x) : stream<string> yield %call }\n";
  std::string guarded =
      guard == Guard::Plain && fault != Fault::Timeout ? "%out = model @0.write(x: %x) : stream<string>\n"
      : !IsTolerant(guard)
          ? fmt::format("%out = {} : stream<string> {}", head, body)
          : fmt::format("%guard = {} tolerant : {{ failed: bool, value: stream<string> }} {}", head, body) +
                "%failed = field %guard.failed : bool\n"
                "%out = if %failed : stream<string> { %k = constant [\"instead\"] : [string] %o = list.stream %k : stream<string> "
                "yield %o }\nelse { %value = field %guard.value : stream<string> yield %value }\n";
  return "func @S.main(%x x: string) -> [string] entry {\n" + guarded +
         "%l = map %out : [string] each (%q: string, %j: int) { yield %q }\nreturn %l }\n";
}

TEST_CASE("every fault at the first piece of a stream under every guard") {
  for (Fault fault : {Fault::Timeout, Fault::Transient, Fault::Permanent, Fault::Cancelled}) {
    for (Guard guard : {Guard::Plain, Guard::Retry, Guard::Otherwise, Guard::Both}) {
      CAPTURE(static_cast<int>(fault));
      CAPTURE(static_cast<int>(guard));
      Cancellation request;
      StreamModel model(
          [&](const std::string&, int, int, const PullContext& context) { return FailBy(fault, request, context.cancellation); });
      StreamRun run = RunStreams(GuardedStream(fault, guard), model, {Value::String("x")}, request);
      bool is_tolerated = IsTolerant(guard) && fault != Fault::Cancelled;
      REQUIRE(run.result.ok() == is_tolerated);
      if (is_tolerated) {
        CHECK(ToJson(*run.result) == R"(["instead"])");
        REQUIRE(run.degraded.size() == 1);
        CHECK(run.degraded[0].cause.kind == KindOf(fault));
        CHECK(run.degraded[0].call == "S.m.write");
      } else {
        CHECK(run.result.error().kind == KindOf(fault));
        CHECK(run.degraded.empty());
      }
      CHECK(model.opened["x"] == (TriesAgain(fault, guard) ? 1 + kRetries : 1));
      CHECK(model.closed == model.opened["x"]);
    }
  }
}

TEST_CASE("a guard of a stream ends with its first piece: what fails later fails the reader, under its own name") {
  for (Fault fault : {Fault::Transient, Fault::Permanent, Fault::Cancelled}) {
    for (Guard guard : {Guard::Plain, Guard::Retry, Guard::Otherwise, Guard::Both}) {
      CAPTURE(static_cast<int>(fault));
      Cancellation request;
      StreamModel model([&](const std::string&, int, int index, const PullContext& context) {
        return index == 0 ? Result<std::optional<Value>>(std::optional<Value>(Value::String("a")))
                          : FailBy(fault, request, context.cancellation);
      });
      StreamRun run = RunStreams(GuardedStream(fault, guard), model, {Value::String("x")}, request);
      REQUIRE_FALSE(run.result.ok());
      CHECK(run.result.error().kind == KindOf(fault));
      CHECK(model.opened["x"] == 1);
      CHECK(run.degraded.empty());
      REQUIRE_FALSE(run.result.error().notes.empty());
      CHECK(run.result.error().notes[0].text == "S.m.write");
    }
  }
  // `within` bounds the first piece alone.
  Cancellation request;
  StreamModel slow([](const std::string&, int, int index, const PullContext&) {
    std::this_thread::sleep_for(std::chrono::milliseconds(index == 0 ? 0 : 60));
    return Numbered(index, 2);
  });
  StreamRun run = RunStreams(GuardedStream(Fault::Timeout, Guard::Otherwise), slow, {Value::String("x")}, request);
  REQUIRE(run.result.ok());
  CHECK(ToJson(*run.result) == R"(["0", "1"])");
}

TEST_CASE("a second attempt gives the stream, and nothing of the first") {
  Cancellation request;
  StreamModel model([](const std::string&, int attempt, int index, const PullContext&) -> Result<std::optional<Value>> {
    return attempt == 0 ? Result<std::optional<Value>>(Error{FailureKind::Unavailable, "busy", "", {}}) : Numbered(index, 3);
  });
  StreamRun run = RunStreams(GuardedStream(Fault::Transient, Guard::Both), model, {Value::String("x")}, request);
  REQUIRE(run.result.ok());
  CHECK(ToJson(*run.result) == R"(["0", "1", "2"])");
  CHECK(run.degraded.empty());
}

TEST_CASE("a reader that fails stops its writer, and so does a caller who wants no more") {
  for (int64_t capacity : {int64_t{0}, int64_t{3}}) {
    Cancellation request;
    StreamModel model([](const std::string&, int, int index, const PullContext&) { return Numbered(index, 1'000'000); });
    std::string failing = kMapped;
    failing.replace(failing.find(".answer"), 7, ".fail");
    StreamRun run = RunStreams(failing, model, {Value::String("x")}, request, capacity);
    REQUIRE_FALSE(run.result.ok());
    CHECK(run.result.error().kind == FailureKind::ArgumentRange);
    CHECK(model.written <= 2 + capacity);
    CHECK(model.closed >= 1);

    StreamModel endless([](const std::string&, int, int index, const PullContext&) { return Numbered(index, 1'000'000); });
    int taken = 0;
    run = RunStreams(kReplied, endless, {Value::String("x")}, request, capacity, [&](const Value&) -> Result<void> {
      return ++taken < 5 ? Result<void>() : Error{FailureKind::Cancelled, "the caller has gone", "", {}};
    });
    REQUIRE_FALSE(run.result.ok());
    CHECK(run.result.error().kind == FailureKind::Cancelled);
    CHECK(taken == 5);
    CHECK(endless.written <= 7 + capacity);
    CHECK(endless.closed >= 1);
  }
}

// Order and memory --------------------------------------------------------------------------------------------------------------------

TEST_CASE("the first piece leaves before the last is written, with a buffer and without, and all arrive in order") {
  for (int64_t capacity : {int64_t{0}, int64_t{1}, int64_t{4}, int64_t{64}}) {
    CAPTURE(capacity);
    constexpr int kPieces = 200;
    Cancellation request;
    StreamModel model([](const std::string&, int, int index, const PullContext&) { return Numbered(index, kPieces); });
    std::vector<std::string> pieces;
    int written_at_first = -1;
    StreamRun run = RunStreams(kReplied, model, {Value::String("x")}, request, capacity, [&](const Value& piece) {
      written_at_first = written_at_first < 0 ? model.written.load() : written_at_first;
      pieces.push_back(piece.AsString());
      return Result<void>();
    });
    REQUIRE(run.result.ok());
    CHECK(run.result->is_null());
    CHECK(written_at_first <= capacity + 2);
    REQUIRE(pieces.size() == kPieces);
    for (int i = 0; i < kPieces; ++i) {
      CHECK(pieces[static_cast<size_t>(i)] == fmt::format("<{}>", i));
    }
    run = RunStreams(kReplied, model, {Value::String("x")}, request, capacity);
    REQUIRE(run.result.ok());
    CHECK(run.result->AsList().size() == kPieces);
  }
}

TEST_CASE("a writer a hundred times faster than its reader is at most a buffer ahead") {
  for (int64_t capacity : {int64_t{0}, int64_t{8}}) {
    constexpr int kPieces = 300;
    Cancellation request;
    StreamModel model([](const std::string&, int, int index, const PullContext&) { return Numbered(index, kPieces); });
    int most_ahead = 0;
    model.on_answer = [&](const CallContext&) {
      std::this_thread::sleep_for(std::chrono::microseconds(200));
      most_ahead = std::max(most_ahead, model.written - model.answered);
    };
    StreamRun run = RunStreams(kMapped, model, {Value::String("x")}, request, capacity);
    REQUIRE(run.result.ok());
    CHECK(run.result->AsList().size() == kPieces);
    CHECK(most_ahead <= capacity + 1);
    CHECK((capacity == 0 || most_ahead > 0));
  }
}

TEST_CASE("a model reads another's stream while it is written") {
  const std::string chained = R"(func @S.main(%x x: string) -> string entry {
    %s = model @0.write(x: %x) : stream<string>
    %r = model @0.read(x: %s) : string
    return %r
  }
  )";
  for (int64_t capacity : {int64_t{0}, int64_t{2}}) {
    Cancellation request;
    StreamModel model([](const std::string& x, int, int index, const PullContext&) {
      return index < 3 ? std::optional<Value>(Value::String(x + std::to_string(index))) : std::optional<Value>();
    });
    StreamRun run = RunStreams(chained, model, {Value::String("p")}, request, capacity);
    REQUIRE(run.result.ok());
    CHECK(*run.result == Value::String("p0p1p2"));
    // A stream is read once, so its reader is asked again for another.
    CHECK(model.answered == 1);
  }
}

TEST_CASE("streams of a map's items stay apart") {
  const std::string nested = R"(func @S.main(%xs xs: [string]) -> [[string]] entry {
    %r = map %xs : [[string]] each (%x: string, %i: int) {
      %s = model @0.write(x: %x) : stream<string>
      %m = map %s : stream<string> each (%p: string, %j: int) {
        %j2 = str %j : string
        %a = %p + %j2 : string
        %b = %a + %x : string
        yield %b
      }
      %l = map %m : [string] each (%q: string, %k: int) { yield %q }
      yield %l
    }
    return %r
  }
  )";
  for (int64_t capacity : {int64_t{0}, int64_t{1}}) {
    Cancellation request;
    StreamModel model([](const std::string& x, int, int index, const PullContext&) { return Numbered(index, x == "a" ? 2 : 3); });
    StreamRun run = RunStreams(nested, model, {Value::List({Value::String("a"), Value::String("b")})}, request, capacity);
    REQUIRE(run.result.ok());
    CHECK(ToJson(*run.result) == R"([["00a", "11a"], ["00b", "11b", "22b"]])");
  }
}

TEST_CASE("a stream's deadline is the request's") {
  for (int64_t capacity : {int64_t{0}, int64_t{4}}) {
    Cancellation request(std::chrono::steady_clock::now() + std::chrono::milliseconds(40));
    StreamModel model([](const std::string&, int, int index, const PullContext&) {
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
      return Numbered(index, 1'000'000);
    });
    StreamRun run = RunStreams(kMapped, model, {Value::String("x")}, request, capacity);
    REQUIRE_FALSE(run.result.ok());
    CHECK(run.result.error().kind == FailureKind::DeadlineExceeded);
    CHECK(model.written < 100);
  }
}

}  // namespace
}  // namespace plait::tests
