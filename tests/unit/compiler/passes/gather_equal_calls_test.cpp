// Equal calls in different branches.
#include "compiler/passes/gather_equal_calls.h"

#include "tests/unit/compiler/passes/passed.h"

namespace plait::tests {
namespace {

TEST_CASE("equal calls in two branches are one before both, with what it uses") {
  CHECK(Passed(GatherEqualCalls, R"(
func @S.f(%0 t: string, %1 c: bool, %2 d: bool) -> string entry {
  %3 = if %1 : string {
    %4 = %0 + %0 : string
    %5 = model @0.a(t: %4) : string
    yield %5
  } else {
    yield %0
  }
  %6 = if %2 : string {
    %7 = %0 + %0 : string
    %8 = model @0.a(t: %7) : string
    yield %8
  } else {
    yield %0
  }
  %9 = %3 + %6 : string
  return %9
}
)") == R"(func @S.f(%0 t: string, %1 c: bool, %2 d: bool) -> string entry {
  %3 = %0 + %0 : string
  %4 = model @0.a(t: %3) : string
  %5 = if %1 : string {
    yield %4
  } else {
    yield %0
  }
  %6 = if %2 : string {
    %7 = %0 + %0 : string
    yield %4
  } else {
    yield %0
  }
  %8 = %5 + %6 : string
  return %8
}
)");
}

TEST_CASE("a call in a branch and an equal one after the branch are one before it") {
  CHECK(Passed(GatherEqualCalls, R"(
func @S.f(%0 t: string, %1 c: bool) -> string entry {
  %2 = if %1 : string {
    %3 = model @0.a(t: %0) : string
    yield %3
  } else {
    yield %0
  }
  %4 = model @0.a(t: %0) : string
  %5 = %2 + %4 : string
  return %5
}
)") == R"(func @S.f(%0 t: string, %1 c: bool) -> string entry {
  %2 = model @0.a(t: %0) : string
  %3 = if %1 : string {
    yield %2
  } else {
    yield %0
  }
  %4 = %3 + %2 : string
  return %4
}
)");
}

TEST_CASE("calls in the arms of one branch stay, and so do calls on the items of two maps") {
  std::string text = R"(func @S.f(%0 t: string, %1 c: bool, %2 xs: [string]) -> [string] entry {
  %3 = if %1 : string {
    %4 = model @0.a(t: %0) : string
    yield %4
  } else {
    %5 = model @0.a(t: %0) : string
    %6 = %5 + %0 : string
    yield %6
  }
  %7 = map %2 : [string] each (%8: string, %9: int) {
    %10 = model @0.b(t: %8) : string
    yield %10
  }
  %11 = map %7 : [string] each (%12: string, %13: int) {
    %14 = model @0.b(t: %12) : string
    %15 = %14 + %3 : string
    yield %15
  }
  return %11
}
)";
  CHECK(Passed(GatherEqualCalls, text) == text);
}

}  // namespace
}  // namespace plait::tests
