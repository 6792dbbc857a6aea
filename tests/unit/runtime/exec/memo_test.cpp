// Equal calls of one request are one call, whether they are equal in the source, in a batch, in time or in none of these.
#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <string>

#include "tests/unit/runtime/exec/plans.h"

namespace plait::tests {
namespace {

Result<Value> Echo(const std::string& x, int /*attempt*/, const CallContext& /*context*/) { return Value::String("<" + x + ">"); }

TEST_CASE("equal calls in one batch run once") {
  constexpr const char* kGraph = R"(model @0 S.m: test.Task = path("m") {}
func @S.main(%xs xs: [string]) -> [string] entry {
  %r = map %xs : [string] each (%x: string, %i: int) {
    %c = model @0.answer(x: %x) : string
    yield %c
  }
  return %r
}
)";
  Cancellation request;
  Value texts = Value::List({Value::String("a"), Value::String("b"), Value::String("a"), Value::String("a")});
  ScriptedRun run = RunScripted(kGraph, {texts}, Echo, request);
  REQUIRE(run.result.ok());
  CHECK(ToJson(*run.result) == R"(["<a>", "<b>", "<a>", "<a>"])");
  CHECK(run.model->CountOf("a") == 1);
  CHECK(run.model->CountOf("b") == 1);
}

constexpr const char* kTwice = R"(model @0 S.m: test.Task = path("m") {}
func @S.main(%x x: string, %y y: string) -> [string] entry {
  %a = model @0.answer(x: %x) : string
  %b = model @0.answer(x: %y) : string
  %l = list(%a, %b) : [string]
  return %l
}
)";

TEST_CASE("calls that are equal only when they run are one, one after the other and side by side") {
  for (int threads : {1, 2}) {
    Cancellation request;
    auto slow = [](const std::string& x, int attempt, const CallContext& context) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      return Echo(x, attempt, context);
    };
    ScriptedRun run = RunScripted(kTwice, {Value::String("same"), Value::String("same")}, slow, request, threads);
    REQUIRE(run.result.ok());
    CHECK(ToJson(*run.result) == R"(["<same>", "<same>"])");
    CHECK(run.model->CountOf("same") == 1);
    run = RunScripted(kTwice, {Value::String("one"), Value::String("other")}, slow, request, threads);
    CHECK(run.model->CountOf("one") + run.model->CountOf("other") == 2);
  }
}

TEST_CASE("a loop that has come to rest calls no more") {
  constexpr const char* kGraph = R"(model @0 S.m: test.Task = path("m") {}
func @S.main(%x x: string) -> string entry {
  %r = loop %x up to 5 : string each (%s: string) {
    %c = model @0.answer(x: %s) : string
    yield %c
  } while (%t: string) {
    %l = len %t : int
    %n = constant 100 : int
    %h = %l < %n : bool
    yield %h
  }
  return %r
}
)";
  Cancellation request;
  auto settle = [](const std::string& x, int, const CallContext&) -> Result<Value> { return Value::String(x.size() < 3 ? x + "." : x); };
  ScriptedRun run = RunScripted(kGraph, {Value::String("a")}, settle, request);
  REQUIRE(run.result.ok());
  CHECK(*run.result == Value::String("a.."));
  CHECK(run.model->CountOf("a") == 1);
  CHECK(run.model->CountOf("a.") == 1);
  CHECK(run.model->CountOf("a..") == 1);
}

/// Two equal calls at the same time: one in a guard whose deadline comes soon, one outside.
constexpr const char* kJoined = R"(model @0 S.m: test.Task = path("m") {}
func @S.main(%x x: string, %y y: string) -> [string] entry {
  %guard = try within_ms 30 tolerant : { failed: bool, value: string } {
    %a = model @0.answer(x: %x) : string
    yield %a
  }
  %b = model @0.answer(x: %y) : string
  %f = field %guard.failed : bool
  %v = if %f : string { %k = constant "instead" : string yield %k } else { %w = field %guard.value : string yield %w }
  %l = list(%v, %b) : [string]
  return %l
}
)";

TEST_CASE("whoever waits for a call whose runner had to stop runs it") {
  Cancellation request;
  // The first attempt never ends by itself; whoever made it, the call outside the guard has its answer in the end.
  auto hang_once = [](const std::string& x, int attempt, const CallContext& context) -> Result<Value> {
    if (attempt == 0) {
      auto end = std::chrono::steady_clock::now() + std::chrono::milliseconds(120);
      while (std::chrono::steady_clock::now() < end) {
        Result<void> stopped = context.cancellation.Check();
        if (!stopped.ok()) {
          return stopped.error();
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
    }
    return Value::String("<" + x + ">");
  };
  ScriptedRun run = RunScripted(kJoined, {Value::String("x"), Value::String("x")}, hang_once, request, 2);
  REQUIRE(run.result.ok());
  CHECK(ToJson(*run.result) == R"(["instead", "<x>"])");
  CHECK(run.degraded.size() == 1);
  CHECK(run.model->CountOf("x") <= 2);
}

TEST_CASE("failures are not remembered") {
  constexpr const char* kGraph = R"(model @0 S.m: test.Task = path("m") {}
func @S.main(%x x: string, %y y: string) -> [string] entry {
  %one = try tolerant : { failed: bool, value: string } {
    %a = model @0.answer(x: %x) : string
    yield %a
  }
  %f = field %one.failed : bool
  %v = if %f : string { %b = model @0.answer(x: %y) : string yield %b } else { %w = field %one.value : string yield %w }
  %l = list(%v) : [string]
  return %l
}
)";
  Cancellation request;
  auto fail_once = [](const std::string& x, int attempt, const CallContext&) -> Result<Value> {
    return attempt == 0 ? Result<Value>(Error{FailureKind::ArgumentRange, "refused", "", {}}) : Value::String("<" + x + ">");
  };
  ScriptedRun run = RunScripted(kGraph, {Value::String("x"), Value::String("x")}, fail_once, request);
  REQUIRE(run.result.ok());
  CHECK(ToJson(*run.result) == R"(["<x>"])");
  CHECK(run.model->CountOf("x") == 2);
}

}  // namespace
}  // namespace plait::tests
