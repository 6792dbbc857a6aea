// A call runs if and only if a taken path needs its value.
#include "compiler/passes/sink_into_branches.h"

#include "tests/unit/compiler/passes/passed.h"

namespace plait::tests {
namespace {

TEST_CASE("what one arm uses moves into it, with what only that uses") {
  CHECK(Passed(SinkIntoBranches, R"(
func @S.f(%0 t: string, %1 c: bool) -> string entry {
  %2 = model @0.a(t: %0) : [string]
  %3 = constant 0 : int
  %4 = %2[%3] : string
  %5 = if %1 : string {
    yield %4
  } else {
    yield %0
  }
  return %5
}
)") == R"(func @S.f(%0 t: string, %1 c: bool) -> string entry {
  %2 = if %1 : string {
    %3 = model @0.a(t: %0) : [string]
    %4 = constant 0 : int
    %5 = %3[%4] : string
    yield %5
  } else {
    yield %0
  }
  return %2
}
)");
}

TEST_CASE("what both arms need, or the region itself, stays") {
  std::string text = R"(func @S.f(%0 t: string, %1 c: bool) -> string entry {
  %2 = model @0.a(t: %0) : string
  %3 = model @0.b(t: %0) : string
  %4 = if %1 : string {
    %5 = %2 + %3 : string
    yield %5
  } else {
    %6 = str %2 : string
    yield %6
  }
  %7 = %4 + %3 : string
  return %7
}
)";
  CHECK(Passed(SinkIntoBranches, text) == text);
}

TEST_CASE("what both arms may need is copied into them, as they exclude each other") {
  CHECK(Passed(SinkIntoBranches, R"(
func @S.f(%0 t: string, %1 c: bool, %2 d: bool) -> string entry {
  %3 = model @0.a(t: %0) : string
  %4 = if %1 : string {
    yield %3
  } else {
    %5 = if %2 : string {
      yield %3
    } else {
      yield %0
    }
    yield %5
  }
  return %4
}
)") == R"(func @S.f(%0 t: string, %1 c: bool, %2 d: bool) -> string entry {
  %3 = if %1 : string {
    %4 = model @0.a(t: %0) : string
    yield %4
  } else {
    %5 = if %2 : string {
      %6 = model @0.a(t: %0) : string
      yield %6
    } else {
      yield %0
    }
    yield %5
  }
  return %3
}
)");
}

TEST_CASE("what two branches may need stands under the condition that one of them does") {
  CHECK(Passed(SinkIntoBranches, R"(
func @S.f(%0 t: string, %1 c: bool, %2 d: bool) -> string entry {
  %3 = model @0.a(t: %0) : string
  %4 = if %1 : string {
    yield %3
  } else {
    yield %0
  }
  %5 = if %2 : string {
    yield %0
  } else {
    yield %3
  }
  %6 = %4 + %5 : string
  return %6
}
)") == R"(func @S.f(%0 t: string, %1 c: bool, %2 d: bool) -> string entry {
  %3 = not %2 : bool
  %4 = if %1 : bool {
    %5 = constant true : bool
    yield %5
  } else {
    yield %3
  }
  %6 = if %4 : string {
    %7 = model @0.a(t: %0) : string
    yield %7
  } else {
    %8 = constant "" : string
    yield %8
  }
  %9 = if %1 : string {
    yield %6
  } else {
    yield %0
  }
  %10 = if %2 : string {
    yield %0
  } else {
    yield %6
  }
  %11 = %9 + %10 : string
  return %11
}
)");
}

TEST_CASE("where a later condition depends on an earlier branch, the later branch takes the value or computes it") {
  CHECK(Passed(SinkIntoBranches, R"(
func @S.f(%0 t: string, %1 c: bool) -> int entry {
  %2 = model @0.a(t: %0) : int
  %3 = len %0 : int
  %4 = if %1 : int {
    yield %2
  } else {
    yield %3
  }
  %5 = %4 > %3 : bool
  %6 = if %5 : int {
    yield %2
  } else {
    yield %4
  }
  return %6
}
)") == R"(func @S.f(%0 t: string, %1 c: bool) -> int entry {
  %2 = len %0 : int
  %3 = if %1 : int {
    %4 = model @0.a(t: %0) : int
    yield %4
  } else {
    %5 = constant 0 : int
    yield %5
  }
  %6 = if %1 : int {
    yield %3
  } else {
    yield %2
  }
  %7 = %6 > %2 : bool
  %8 = if %1 : int {
    yield %3
  } else {
    %9 = if %7 : int {
      %10 = model @0.a(t: %0) : int
      yield %10
    } else {
      %11 = constant 0 : int
      yield %11
    }
    yield %9
  }
  %12 = if %7 : int {
    yield %8
  } else {
    yield %6
  }
  return %12
}
)");
}

TEST_CASE("what a map's body needs runs once, if the map has an item") {
  CHECK(Passed(SinkIntoBranches, R"(
func @S.f(%0 t: string, %1 xs: [string]) -> [string] entry {
  %2 = model @0.a(t: %0) : string
  %3 = map %1 : [string] each (%4: string, %5: int) {
    %6 = model @0.b(t: %4, u: %2) : string
    yield %6
  }
  return %3
}
)") == R"(func @S.f(%0 t: string, %1 xs: [string]) -> [string] entry {
  %2 = len %1 : int
  %3 = constant 0 : int
  %4 = %2 > %3 : bool
  %5 = if %4 : string {
    %6 = model @0.a(t: %0) : string
    yield %6
  } else {
    %7 = constant "" : string
    yield %7
  }
  %8 = map %1 : [string] each (%9: string, %10: int) {
    %11 = model @0.b(t: %9, u: %5) : string
    yield %11
  }
  return %8
}
)");
}

TEST_CASE("a list that is known to have an item needs no condition") {
  std::string text = R"(func @S.f(%0 t: string) -> [string] entry {
  %1 = model @0.a(t: %0) : string
  %2 = list(%0) : [string]
  %3 = map %2 : [string] each (%4: string, %5: int) {
    yield %4
  }
  %6 = map %3 : [string] each (%7: string, %8: int) {
    %9 = model @0.b(t: %7, u: %1) : string
    yield %9
  }
  return %6
}
)";
  CHECK(Passed(SinkIntoBranches, text) == text);
}

TEST_CASE("for a map with a condition, an item must pass it; a condition that calls is computed once") {
  CHECK(Passed(SinkIntoBranches, R"(
func @S.f(%0 t: string, %1 xs: [string]) -> [string] entry {
  %2 = model @0.a(t: %0) : string
  %3 = map %1 : [string] each (%4: string, %5: int) {
    %6 = model @0.b(t: %4, u: %2) : string
    yield %6
  } where (%7: string, %8: int) {
    %9 = model @0.keep(t: %7) : bool
    yield %9
  }
  return %3
}
)") == R"(func @S.f(%0 t: string, %1 xs: [string]) -> [string] entry {
  %2 = map %1 : [bool] each (%3: string, %4: int) {
    %5 = model @0.keep(t: %3) : bool
    yield %5
  }
  %6 = constant true : bool
  %7 = map %1 : [bool] each (%8: string, %9: int) {
    %10 = %2[%9] : bool
    yield %10
  }
  %11 = %6 in %7 : bool
  %12 = if %11 : string {
    %13 = model @0.a(t: %0) : string
    yield %13
  } else {
    %14 = constant "" : string
    yield %14
  }
  %15 = map %1 : [string] each (%16: string, %17: int) {
    %18 = model @0.b(t: %16, u: %12) : string
    yield %18
  } where (%19: string, %20: int) {
    %21 = %2[%20] : bool
    yield %21
  }
  return %15
}
)");
}

TEST_CASE("a condition that an arm computes with a call is lifted out of it") {
  CHECK(Passed(SinkIntoBranches, R"(
func @S.f(%0 t: string, %1 c: bool, %2 d: bool) -> string entry {
  %3 = model @0.a(t: %0) : string
  %4 = if %1 : string {
    %5 = model @0.judge(t: %0) : bool
    %6 = if %5 : string {
      yield %3
    } else {
      yield %0
    }
    yield %6
  } else {
    yield %0
  }
  %7 = if %2 : string {
    yield %3
  } else {
    yield %0
  }
  %8 = %4 + %7 : string
  return %8
}
)") == R"(func @S.f(%0 t: string, %1 c: bool, %2 d: bool) -> string entry {
  %3 = if %1 : bool {
    %4 = model @0.judge(t: %0) : bool
    yield %4
  } else {
    %5 = constant false : bool
    yield %5
  }
  %6 = if %1 : bool {
    yield %3
  } else {
    %7 = constant false : bool
    yield %7
  }
  %8 = if %6 : bool {
    %9 = constant true : bool
    yield %9
  } else {
    yield %2
  }
  %10 = if %8 : string {
    %11 = model @0.a(t: %0) : string
    yield %11
  } else {
    %12 = constant "" : string
    yield %12
  }
  %13 = if %1 : string {
    %14 = if %3 : string {
      yield %10
    } else {
      yield %0
    }
    yield %14
  } else {
    yield %0
  }
  %15 = if %2 : string {
    yield %10
  } else {
    yield %0
  }
  %16 = %13 + %15 : string
  return %16
}
)");
}

TEST_CASE("a small operation is copied to its uses instead of being put under a condition") {
  CHECK(Passed(SinkIntoBranches, R"(
func @S.f(%0 xs: [int], %1 c: bool, %2 d: bool) -> int entry {
  %3 = constant 7 : int
  %4 = %0[%3] : int
  %5 = if %1 : int {
    yield %4
  } else {
    yield %3
  }
  %6 = if %2 : int {
    yield %4
  } else {
    yield %3
  }
  %7 = %5 * %6 : int
  return %7
}
)") == R"(func @S.f(%0 xs: [int], %1 c: bool, %2 d: bool) -> int entry {
  %3 = constant 7 : int
  %4 = if %1 : int {
    %5 = %0[%3] : int
    yield %5
  } else {
    yield %3
  }
  %6 = if %2 : int {
    %7 = %0[%3] : int
    yield %7
  } else {
    yield %3
  }
  %8 = %4 * %6 : int
  return %8
}
)");
}

TEST_CASE("a branch that only an arm of another needs moves into it") {
  CHECK(Passed(SinkIntoBranches, R"(
func @S.f(%0 x: int, %1 c: bool, %2 d: bool) -> int entry {
  %3 = if %1 : int {
    %4 = model @0.a(t: %0) : int
    yield %4
  } else {
    yield %0
  }
  %5 = if %2 : int {
    yield %0
  } else {
    yield %3
  }
  return %5
}
)") == R"(func @S.f(%0 x: int, %1 c: bool, %2 d: bool) -> int entry {
  %3 = if %2 : int {
    yield %0
  } else {
    %4 = if %1 : int {
      %5 = model @0.a(t: %0) : int
      yield %5
    } else {
      yield %0
    }
    yield %4
  }
  return %3
}
)");
}

TEST_CASE("placeholders are of every type") {
  ir::Graph graph = ReadFunctions(R"(
record R { a: int, b: [string], c: float?, d: { e: bool } }
func @S.f(%0 t: string, %1 c: bool, %2 d: bool) -> [R] entry {
  %3 = model @0.a(t: %0) : R
  %4 = model @0.b(t: %0) : R
  %5 = if %1 : R { yield %3 } else { yield %4 }
  %6 = if %2 : R { yield %3 } else { yield %4 }
  %7 = list(%5, %6) : [R]
  return %7
}
)");
  CHECK(ir::Print(SinkIntoBranches(graph)).find(R"(constant {"a": 0, "b": [], "c": null, "d": {"e": false}} : R)") != std::string::npos);
}

}  // namespace
}  // namespace plait::tests
