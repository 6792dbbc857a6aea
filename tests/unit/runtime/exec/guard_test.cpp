// What becomes of failures: every kind of fault, under every kind of guard, in every place.
#include <doctest/doctest.h>

#include <chrono>
#include <string>

#include <fmt/format.h>

#include "tests/unit/runtime/exec/faults.h"

namespace plait::tests {
namespace {

enum class Where { Single, MapItem, Branch };

/// Lines that call the model with `%x` under the guard; the value is `%out`.
std::string GuardedCall(Fault fault, Guard guard) {
  bool is_bare = guard == Guard::Plain && fault != Fault::Timeout;
  if (is_bare) {
    return "%out = model @0.answer(x: %x) : string\n";
  }
  std::string head = "try";
  head += fault == Fault::Timeout ? " within_ms 25" : "";
  head += Retries(guard) ? fmt::format(" retries {}", kRetries) : "";
  std::string body = "{ %call = model @0.answer(x: %x) : string yield %call }\n";
  if (!IsTolerant(guard)) {
    return fmt::format("%out = {} : string {}", head, body);
  }
  return fmt::format("%guard = {} tolerant : {{ failed: bool, value: string }} {}", head, body) +
         "%failed = field %guard.failed : bool\n"
         "%out = if %failed : string { %instead = constant \"instead\" : string yield %instead }\n"
         "else { %value = field %guard.value : string yield %value }\n";
}

std::string GraphFor(Fault fault, Guard guard, Where where) {
  std::string call = GuardedCall(fault, guard);
  std::string head = "model @0 S.m: test.Task = path(\"m\") {}\n";
  if (where == Where::Single) {
    return head + "func @S.main(%x x: string) -> string entry {\n" + call + "return %out }\n";
  }
  if (where == Where::Branch) {
    return head + "func @S.main(%x x: string, %c c: bool) -> string entry {\n%r = if %c : string {\n" + call +
           "yield %out } else { %no = constant \"no\" : string yield %no }\nreturn %r }\n";
  }
  return head + "func @S.main(%xs xs: [string]) -> [string] entry {\n%r = map %xs : [string] each (%x: string, %i: int) {\n" + call +
         "yield %out }\nreturn %r }\n";
}

/// Fails for "bad" in the way asked for, and answers everything else with itself in capitals.
Script ScriptFor(Fault fault, Cancellation& request) {
  return [fault, &request](const std::string& x, int /*attempt*/, const CallContext& context) -> Result<Value> {
    if (x != "bad") {
      return Value::String("<" + x + ">");
    }
    return FailBy(fault, request, context.cancellation);
  };
}

std::vector<Value> ArgumentsFor(Where where) {
  Value bad = Value::String("bad");
  switch (where) {
    case Where::Single:
      return {bad};
    case Where::MapItem:
      return {Value::List({Value::String("a"), bad, Value::String("b")})};
    case Where::Branch:
      return {bad, Value::Bool(true)};
  }
  return {};
}

Value Tolerated(Where where) {
  Value instead = Value::String("instead");
  return where == Where::MapItem ? Value::List({Value::String("<a>"), instead, Value::String("<b>")}) : instead;
}

void CheckCell(Fault fault, Guard guard, Where where) {
  CAPTURE(static_cast<int>(fault));
  CAPTURE(static_cast<int>(guard));
  CAPTURE(static_cast<int>(where));
  Cancellation request;
  ScriptedRun run = RunScripted(GraphFor(fault, guard, where), ArgumentsFor(where), ScriptFor(fault, request), request);
  bool is_tolerated = IsTolerant(guard) && fault != Fault::Cancelled;
  REQUIRE(run.result.ok() == is_tolerated);
  if (is_tolerated) {
    CHECK(*run.result == Tolerated(where));
    REQUIRE(run.degraded.size() == 1);
    CHECK(run.degraded[0].cause.kind == KindOf(fault));
    CHECK(run.degraded[0].call == "S.m.answer");
  } else {
    CHECK(run.result.error().kind == KindOf(fault));
    CHECK(run.degraded.empty());
  }
  bool is_tried_again = TriesAgain(fault, guard);
  CHECK(run.model->CountOf("bad") == (is_tried_again ? 1 + kRetries : 1));
  if (where == Where::MapItem) {
    CHECK(run.model->CountOf("a") == 1);
    CHECK(run.model->CountOf("b") <= 1);
    CHECK(run.model->batches() == (is_tried_again ? 1 + kRetries : 1));
  }
}

TEST_CASE("every fault under every guard in every place") {
  for (Fault fault : {Fault::Timeout, Fault::Transient, Fault::Permanent, Fault::Cancelled}) {
    for (Guard guard : {Guard::Plain, Guard::Retry, Guard::Otherwise, Guard::Both}) {
      for (Where where : {Where::Single, Where::MapItem, Where::Branch}) {
        CheckCell(fault, guard, where);
      }
    }
  }
}

TEST_CASE("a second attempt runs only what failed, and its answer is the call's") {
  Cancellation request;
  auto busy_once = [](const std::string& x, int attempt, const CallContext&) -> Result<Value> {
    bool is_busy = x.starts_with("busy") && attempt == 0;
    return is_busy ? Result<Value>(Error{FailureKind::Unavailable, "busy", "", {}}) : Value::String("<" + x + ">");
  };
  std::vector<Value> texts = {Value::List({Value::String("a"), Value::String("busy1"), Value::String("b"), Value::String("busy2")})};
  ScriptedRun run = RunScripted(GraphFor(Fault::Transient, Guard::Both, Where::MapItem), texts, busy_once, request);
  REQUIRE(run.result.ok());
  CHECK(ToJson(*run.result) == R"(["<a>", "<busy1>", "<b>", "<busy2>"])");
  CHECK(run.degraded.empty());
  CHECK(run.model->CountOf("a") == 1);
  CHECK(run.model->CountOf("busy1") == 2);
  CHECK(run.model->batches() == 2);
}

TEST_CASE("a request's own deadline is nobody's to catch") {
  Cancellation request(std::chrono::steady_clock::now() + std::chrono::milliseconds(30));
  auto slow = [](const std::string&, int, const CallContext& context) -> Result<Value> { return WorkUntilStopped(context); };
  std::string graph = GraphFor(Fault::Transient, Guard::Both, Where::Single);
  ScriptedRun run = RunScripted(graph, {Value::String("x")}, slow, request);
  REQUIRE_FALSE(run.result.ok());
  CHECK(run.result.error().kind == FailureKind::DeadlineExceeded);
  CHECK(run.result.error().message == "the request did not finish within its timeout");
  CHECK(run.model->CountOf("x") == 1);
}

constexpr const char* kNested = R"(model @0 S.m: test.Task = path("m") {}
func @S.main(%x x: string, %y y: string) -> [string] entry {
  %outer = try within_ms 40 tolerant : { failed: bool, value: string } {
    %inner = try within_ms 10000 tolerant : { failed: bool, value: string } {
      %c = model @0.answer(x: %x) : string
      yield %c
    }
    %f = field %inner.failed : bool
    %v = if %f : string { %k = constant "inner" : string yield %k } else { %w = field %inner.value : string yield %w }
    yield %v
  }
  %g = field %outer.failed : bool
  %a = if %g : string { %k2 = constant "outer" : string yield %k2 } else { %w2 = field %outer.value : string yield %w2 }
  %b = model @0.answer(x: %y) : string
  %l = list(%a, %b) : [string]
  return %l
}
)";

TEST_CASE("a deadline further out is not caught by a guard within it") {
  Cancellation request;
  auto slow = [](const std::string& x, int, const CallContext& context) -> Result<Value> {
    return x == "slow" ? Result<Value>(WorkUntilStopped(context)) : Value::String(x);
  };
  ScriptedRun run = RunScripted(kNested, {Value::String("slow"), Value::String("y")}, slow, request);
  REQUIRE(run.result.ok());
  CHECK(ToJson(*run.result) == R"(["outer", "y"])");
  REQUIRE(run.degraded.size() == 1);
  CHECK(run.degraded[0].cause.message == "no answer within 40 ms");
  auto refused = [](const std::string& x, int, const CallContext&) -> Result<Value> {
    return x == "slow" ? Result<Value>(Error{FailureKind::ArgumentRange, "refused", "", {}}) : Value::String(x);
  };
  run = RunScripted(kNested, {Value::String("slow"), Value::String("y")}, refused, request);
  REQUIRE(run.result.ok());
  CHECK(ToJson(*run.result) == R"(["inner", "y"])");
}

constexpr const char* kSides = R"(model @0 S.m: test.Task = path("m") {}
func @S.main(%x x: string, %y y: string, %z z: string) -> [string] entry {
  %guard = try tolerant : { failed: bool, value: [string] } {
    %a = model @0.answer(x: %x) : string
    %b = model @0.answer(x: %y) : string
    %ab = list(%a, %b) : [string]
    yield %ab
  }
  %c = model @0.answer(x: %z) : string
  %f = field %guard.failed : bool
  %r = if %f : [string] { %l = list(%c) : [string] yield %l } else { %v = field %guard.value : [string] yield %v }
  return %r
}
)";

TEST_CASE("when all of a guard has failed, the rest of it stops at once and what stands beside it goes on") {
  Cancellation request;
  auto script = [](const std::string& x, int, const CallContext& context) -> Result<Value> {
    if (x == "bad") {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      return Error{FailureKind::ArgumentRange, "refused", "", {}};
    }
    if (x == "slow") {
      return WorkUntilStopped(context);
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(60));
    REQUIRE(context.cancellation.Check().ok());
    return Value::String(x);
  };
  ScriptedRun run = RunScripted(kSides, {Value::String("bad"), Value::String("slow"), Value::String("z")}, script, request, 4);
  REQUIRE(run.result.ok());
  CHECK(ToJson(*run.result) == R"(["z"])");
  REQUIRE(run.degraded.size() == 1);
  CHECK(run.degraded[0].cause.message == "refused");
}

TEST_CASE("of several failures the first is reported, with the others") {
  Cancellation request;
  auto refuse = [](const std::string& x, int, const CallContext&) -> Result<Value> {
    return Error{FailureKind::ArgumentRange, "refused " + x, "", {}};
  };
  std::vector<Value> texts = {Value::List({Value::String("a"), Value::String("b")})};
  ScriptedRun run = RunScripted(GraphFor(Fault::Permanent, Guard::Plain, Where::MapItem), texts, refuse, request);
  REQUIRE_FALSE(run.result.ok());
  CHECK(run.result.error().message == "refused a");
  std::vector<ErrorNote> notes = {{"called", "S.m.answer"}, {"also failed", "refused b [argument-range]"}};
  CHECK(run.result.error().notes == notes);
}

TEST_CASE("degradations with one cause are counted, not listed") {
  Cancellation request;
  auto refuse = [](const std::string&, int, const CallContext&) -> Result<Value> {
    return Error{FailureKind::ArgumentRange, "refused", "", {}};
  };
  std::vector<Value> texts = {Value::List({Value::String("a"), Value::String("b"), Value::String("c")})};
  ScriptedRun run = RunScripted(GraphFor(Fault::Permanent, Guard::Otherwise, Where::MapItem), texts, refuse, request);
  REQUIRE(run.degraded.size() == 1);
  CHECK(run.degraded[0].count == 3);
}

}  // namespace
}  // namespace plait::tests
