// What each pass does with guards and loops, and with what stands around and within them.
#include "compiler/passes/eliminate_dead.h"
#include "compiler/passes/fold_constants.h"
#include "compiler/passes/gather_equal_calls.h"
#include "compiler/passes/hoist_from_maps.h"
#include "compiler/passes/inline_calls.h"
#include "compiler/passes/merge_equal.h"
#include "compiler/passes/sink_into_branches.h"

#include "tests/unit/compiler/passes/passed.h"

namespace plait::tests {
namespace {

TEST_CASE("equal calls on two sides of a guard stay two, equal guards become one") {
  CHECK(Passed(MergeEqual, R"(
func @S.f(%0 t: string) -> [string] entry {
  %1 = model @0.a(t: %0) : string
  %2 = try retries 1 : string {
    %3 = len %0 : int
    %4 = str %3 : string
    %5 = model @0.a(t: %0) : string
    %6 = model @0.a(t: %0) : string
    %7 = %5 + %6 : string
    %8 = %7 + %4 : string
    yield %8
  }
  %9 = try retries 1 : string {
    %10 = len %0 : int
    %11 = str %10 : string
    %12 = model @0.a(t: %0) : string
    %13 = %12 + %12 : string
    %14 = %13 + %11 : string
    yield %14
  }
  %15 = try retries 2 : string {
    %16 = model @0.a(t: %0) : string
    yield %16
  }
  %17 = list(%1, %2, %9, %15) : [string]
  return %17
}
)") == R"(func @S.f(%0 t: string) -> [string] entry {
  %1 = model @0.a(t: %0) : string
  %2 = try retries 1 : string {
    %3 = len %0 : int
    %4 = str %3 : string
    %5 = model @0.a(t: %0) : string
    %6 = %5 + %5 : string
    %7 = %6 + %4 : string
    yield %7
  }
  %8 = try retries 2 : string {
    %9 = model @0.a(t: %0) : string
    yield %9
  }
  %10 = list(%1, %2, %2, %8) : [string]
  return %10
}
)");
}

TEST_CASE("what cannot fail crosses a guard") {
  CHECK(Passed(MergeEqual, R"(
func @S.f(%0 t: string) -> int entry {
  %1 = len %0 : int
  %2 = try within_ms 5 : int {
    %3 = len %0 : int
    %4 = %3 + %1 : int
    yield %4
  }
  return %2
}
)") == R"(func @S.f(%0 t: string) -> int entry {
  %1 = len %0 : int
  %2 = try within_ms 5 : int {
    %3 = %1 + %1 : int
    yield %3
  }
  return %2
}
)");
}

TEST_CASE("calls in guards are not gathered with calls outside, whole guards are") {
  std::string apart = R"(func @S.f(%0 t: string, %1 c: bool, %2 d: bool) -> string entry {
  %3 = if %1 : string {
    %4 = try retries 1 : string {
      %5 = model @0.a(t: %0) : string
      yield %5
    }
    yield %4
  } else {
    yield %0
  }
  %6 = if %2 : string {
    %7 = model @0.a(t: %0) : string
    yield %7
  } else {
    yield %0
  }
  %8 = %3 + %6 : string
  return %8
}
)";
  CHECK(Passed(GatherEqualCalls, apart) == apart);
  CHECK(Passed(GatherEqualCalls, R"(
func @S.f(%0 t: string, %1 c: bool, %2 d: bool) -> string entry {
  %3 = if %1 : string {
    %4 = try retries 1 : string {
      %5 = model @0.a(t: %0) : string
      yield %5
    }
    yield %4
  } else {
    yield %0
  }
  %6 = if %2 : string {
    %7 = try retries 1 : string {
      %8 = model @0.a(t: %0) : string
      yield %8
    }
    yield %7
  } else {
    yield %0
  }
  %9 = %3 + %6 : string
  return %9
}
)") == R"(func @S.f(%0 t: string, %1 c: bool, %2 d: bool) -> string entry {
  %3 = try retries 1 : string {
    %4 = model @0.a(t: %0) : string
    yield %4
  }
  %5 = if %1 : string {
    yield %3
  } else {
    yield %0
  }
  %6 = if %2 : string {
    yield %3
  } else {
    yield %0
  }
  %7 = %5 + %6 : string
  return %7
}
)");
}

TEST_CASE("a whole guard leaves a map, a call in it does not leave alone; calls leave loops") {
  CHECK(Passed(HoistFromMaps, R"(
func @S.f(%0 t: string, %1 xs: [string]) -> [string] entry {
  %2 = map %1 : [string] each (%3: string, %4: int) {
    %5 = try tolerant : { failed: bool, value: string } {
      %6 = model @0.a(t: %0) : string
      yield %6
    }
    %7 = try tolerant : { failed: bool, value: string } {
      %8 = model @0.b(t: %0) : string
      %9 = %8 + %3 : string
      yield %9
    }
    %10 = str %5 : string
    %11 = str %7 : string
    %12 = %10 + %11 : string
    yield %12
  }
  return %2
}
)") == R"(func @S.f(%0 t: string, %1 xs: [string]) -> [string] entry {
  %2 = try tolerant : { failed: bool, value: string } {
    %3 = model @0.a(t: %0) : string
    yield %3
  }
  %4 = map %1 : [string] each (%5: string, %6: int) {
    %7 = try tolerant : { failed: bool, value: string } {
      %8 = model @0.b(t: %0) : string
      %9 = %8 + %5 : string
      yield %9
    }
    %10 = str %2 : string
    %11 = str %7 : string
    %12 = %10 + %11 : string
    yield %12
  }
  return %4
}
)");
  CHECK(Passed(HoistFromMaps, R"(
func @S.f(%0 t: string) -> string entry {
  %1 = loop %0 up to 3 : string each (%2: string) {
    %3 = model @0.a(t: %0) : string
    %4 = model @0.b(t: %3, u: %2) : string
    yield %4
  } while (%5: string) {
    %6 = model @0.c(t: %0) : string
    %7 = %5 == %6 : bool
    yield %7
  }
  return %1
}
)") == R"(func @S.f(%0 t: string) -> string entry {
  %1 = model @0.a(t: %0) : string
  %2 = model @0.c(t: %0) : string
  %3 = loop %0 up to 3 : string each (%4: string) {
    %5 = model @0.b(t: %1, u: %4) : string
    yield %5
  } while (%6: string) {
    %7 = %6 == %2 : bool
    yield %7
  }
  return %3
}
)");
}

TEST_CASE("an argument of what is guarded stays outside the guard, even where only a branch within takes it") {
  std::string text = R"(func @S.f(%0 t: string, %1 c: bool) -> { failed: bool, value: string } entry {
  %2 = model @0.a(t: %0) : string
  %3 = try tolerant : { failed: bool, value: string } {
    %4 = if %1 : string {
      %5 = model @0.b(t: %2) : string
      yield %5
    } else {
      yield %0
    }
    yield %4
  }
  return %3
}
)";
  CHECK(Passed(SinkIntoBranches, text) == text);
}

TEST_CASE("a guard that one arm needs sinks into it") {
  CHECK(Passed(SinkIntoBranches, R"(
func @S.f(%0 t: string, %1 c: bool) -> string entry {
  %2 = try retries 1 : string {
    %3 = model @0.b(t: %0) : string
    yield %3
  }
  %4 = if %1 : string {
    yield %2
  } else {
    yield %0
  }
  return %4
}
)") == R"(func @S.f(%0 t: string, %1 c: bool) -> string entry {
  %2 = if %1 : string {
    %3 = try retries 1 : string {
      %4 = model @0.b(t: %0) : string
      yield %4
    }
    yield %3
  } else {
    yield %0
  }
  return %2
}
)");
}

TEST_CASE("what every round of a loop needs stays before it, what some paths need goes to those") {
  std::string text = R"(func @S.f(%0 t: string) -> string entry {
  %1 = model @0.a(t: %0) : string
  %2 = loop %0 up to 3 : string each (%3: string) {
    %4 = %3 + %1 : string
    yield %4
  } while (%5: string) {
    %6 = %5 == %0 : bool
    yield %6
  }
  return %2
}
)";
  CHECK(Passed(SinkIntoBranches, text) == text);
  CHECK(Passed(SinkIntoBranches, R"(
func @S.f(%0 t: string, %1 c: bool) -> string entry {
  %2 = model @0.a(t: %0) : string
  %3 = if %1 : string {
    yield %2
  } else {
    yield %0
  }
  %4 = loop %0 up to 3 : string each (%5: string) {
    %6 = %5 == %0 : bool
    %7 = if %6 : string {
      yield %2
    } else {
      yield %5
    }
    yield %7
  } while (%8: string) {
    %9 = %8 == %0 : bool
    yield %9
  }
  %10 = %3 + %4 : string
  return %10
}
)") == R"(func @S.f(%0 t: string, %1 c: bool) -> string entry {
  %2 = if %1 : string {
    %3 = model @0.a(t: %0) : string
    yield %3
  } else {
    yield %0
  }
  %4 = loop %0 up to 3 : string each (%5: string) {
    %6 = %5 == %0 : bool
    %7 = if %6 : string {
      %8 = model @0.a(t: %0) : string
      yield %8
    } else {
      yield %5
    }
    yield %7
  } while (%9: string) {
    %10 = %9 == %0 : bool
    yield %10
  }
  %11 = %2 + %4 : string
  return %11
}
)");
}

TEST_CASE("casts and tests of constants are folded, a cast that fails stays") {
  CHECK(Passed(FoldConstants, R"(
func @S.f(%0 t: string) -> [json] entry {
  %1 = constant "x" : json
  %2 = constant 2.0 : json
  %3 = cast %1 : int
  %4 = cast %2 : int
  %5 = is %1 string : bool
  %6 = list(%3, %4, %5) : [json]
  return %6
}
)") == R"(func @S.f(%0 t: string) -> [json] entry {
  %1 = constant "x" : json
  %2 = constant 2.0 : json
  %3 = cast %1 : int
  %4 = constant 2 : int
  %5 = constant true : bool
  %6 = list(%3, %4, %5) : [json]
  return %6
}
)");
}

TEST_CASE("a guard around what cannot fail is gone, and so is the question whether it did") {
  CHECK(Passed(FoldConstants, R"(
func @S.f(%0 t: string) -> string entry {
  %1 = try retries 2 tolerant : { failed: bool, value: string } {
    %2 = len %0 : int
    %3 = str %2 : string
    yield %3
  }
  %4 = field %1.failed : bool
  %5 = if %4 : string {
    yield %0
  } else {
    %6 = field %1.value : string
    yield %6
  }
  return %5
}
)") == R"(func @S.f(%0 t: string) -> string entry {
  %1 = len %0 : int
  %2 = str %1 : string
  %3 = constant false : bool
  %4 = record(failed: %3, value: %2) : { failed: bool, value: string }
  return %2
}
)");
}

TEST_CASE("a deadline that is no sooner than the one around it guards nothing") {
  CHECK(Passed(FoldConstants, R"(
func @S.f(%0 t: string) -> string entry timeout_ms 500 {
  %1 = try within_ms 500 : string {
    %2 = model @0.a(t: %0) : string
    yield %2
  }
  %3 = try within_ms 499 : string {
    %4 = model @0.a(t: %1) : string
    yield %4
  }
  return %3
}
)") == R"(func @S.f(%0 t: string) -> string entry timeout_ms 500 {
  %1 = model @0.a(t: %0) : string
  %2 = try within_ms 499 : string {
    %3 = model @0.a(t: %1) : string
    yield %3
  }
  return %2
}
)");
}

TEST_CASE("a deadline within a sooner one guards nothing") {
  CHECK(Passed(FoldConstants, R"(
func @S.f(%0 t: string) -> { failed: bool, value: string } entry {
  %1 = try within_ms 200 retries 1 tolerant : { failed: bool, value: string } {
    %2 = try within_ms 2000 : string {
      %3 = model @0.a(t: %0) : string
      yield %3
    }
    yield %2
  }
  return %1
}
)") == R"(func @S.f(%0 t: string) -> { failed: bool, value: string } entry {
  %1 = try within_ms 200 retries 1 tolerant : { failed: bool, value: string } {
    %2 = model @0.a(t: %0) : string
    yield %2
  }
  return %1
}
)");
}

TEST_CASE("a loop of one round is its body, and never asks its condition") {
  constexpr std::string_view kOnce = R"(
func @S.f(%0 t: string) -> string entry {
  %1 = model @0.b(t: %0) : bool
  %2 = loop %0 up to 1 : string each (%3: string) {
    %4 = model @0.a(t: %3) : string
    yield %4
  } while (%5: string) {
    yield %1
  }
  return %2
}
)";
  CHECK(Passed(EliminateDead, kOnce) == R"(func @S.f(%0 t: string) -> string entry {
  %1 = loop %0 up to 1 : string each (%2: string) {
    %3 = model @0.a(t: %2) : string
    yield %3
  } while (%4: string) {
    %5 = constant false : bool
    yield %5
  }
  return %1
}
)");
  CHECK(Passed(FoldConstants, kOnce) == R"(func @S.f(%0 t: string) -> string entry {
  %1 = model @0.b(t: %0) : bool
  %2 = model @0.a(t: %0) : string
  return %2
}
)");
}

TEST_CASE("a sooner timeout of another service is a guard around what is inlined") {
  CHECK(Passed(InlineCalls, R"(
func @A.slow(%0 x: string) -> string timeout_ms 900 {
  %1 = model @0.a(t: %0) : string
  return %1
}
func @A.quick(%0 x: string) -> string timeout_ms 100 {
  %1 = model @0.b(t: %0) : string
  return %1
}
func @S.own(%0 x: string) -> string timeout_ms 100 {
  %1 = model @0.c(t: %0) : string
  return %1
}
func @S.main(%0 t: string) -> [string] entry timeout_ms 500 {
  %1 = call @A.slow(%0) : string
  %2 = call @A.quick(%0) : string
  %3 = call @S.own(%0) : string
  %4 = list(%1, %2, %3) : [string]
  return %4
}
)") == R"(func @S.main(%0 t: string) -> [string] entry timeout_ms 500 {
  %1 = model @0.a(t: %0) : string
  %2 = try within_ms 100 : string {
    %3 = model @0.b(t: %0) : string
    yield %3
  }
  %4 = model @0.c(t: %0) : string
  %5 = list(%1, %2, %4) : [string]
  return %5
}
)");
}

}  // namespace
}  // namespace plait::tests
