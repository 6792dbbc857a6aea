// Equal values, computed once.
#include "compiler/passes/merge_equal.h"

#include "tests/unit/compiler/passes/passed.h"

namespace plait::tests {
namespace {

TEST_CASE("equal calls are one, also when their arguments only become equal") {
  CHECK(Passed(MergeEqual, R"(
func @S.f(%0 t: string) -> string entry {
  %1 = %0 + %0 : string
  %2 = %0 + %0 : string
  %3 = model @0.a(t: %1) : string
  %4 = model @0.a(t: %2) : string
  %5 = %3 + %4 : string
  return %5
}
)") == R"(func @S.f(%0 t: string) -> string entry {
  %1 = %0 + %0 : string
  %2 = model @0.a(t: %1) : string
  %3 = %2 + %2 : string
  return %3
}
)");
}

TEST_CASE("what differs in method, argument name, type or constant is not equal") {
  std::string text = R"(func @S.f(%0 t: string) -> [string] entry {
  %1 = model @0.a(t: %0) : string
  %2 = model @0.b(t: %0) : string
  %3 = model @0.a(u: %0) : string
  %4 = constant 0.0 : float
  %5 = constant -0.0 : float
  %6 = str %4 : string
  %7 = str %5 : string
  %8 = list(%1, %2, %3, %6, %7) : [string]
  return %8
}
)";
  CHECK(Passed(MergeEqual, text) == text);
}

TEST_CASE("a node in a region is replaced by one around it, never by one of another region") {
  CHECK(Passed(MergeEqual, R"(
func @S.f(%0 t: string, %1 c: bool) -> string entry {
  %2 = model @0.a(t: %0) : string
  %3 = if %1 : string {
    %4 = model @0.a(t: %0) : string
    %5 = model @0.b(t: %4) : string
    yield %5
  } else {
    %6 = model @0.b(t: %2) : string
    yield %6
  }
  %7 = %3 + %2 : string
  return %7
}
)") == R"(func @S.f(%0 t: string, %1 c: bool) -> string entry {
  %2 = model @0.a(t: %0) : string
  %3 = if %1 : string {
    %4 = model @0.b(t: %2) : string
    yield %4
  } else {
    %5 = model @0.b(t: %2) : string
    yield %5
  }
  %6 = %3 + %2 : string
  return %6
}
)");
}

TEST_CASE("equal branches and maps are one") {
  CHECK(Passed(MergeEqual, R"(
func @S.f(%0 xs: [string]) -> [string] entry {
  %1 = map %0 : [string] each (%2: string, %3: int) {
    %4 = model @0.a(t: %2) : string
    yield %4
  }
  %5 = map %0 : [string] each (%6: string, %7: int) {
    %8 = model @0.a(t: %6) : string
    yield %8
  }
  %9 = %1 + %5 : [string]
  return %9
}
)") == R"(func @S.f(%0 xs: [string]) -> [string] entry {
  %1 = map %0 : [string] each (%2: string, %3: int) {
    %4 = model @0.a(t: %2) : string
    yield %4
  }
  %5 = %1 + %1 : [string]
  return %5
}
)");
}

TEST_CASE("maps of different items or results, or with a condition, are not equal") {
  std::string text = R"(func @S.f(%0 xs: [string], %1 ys: [string]) -> [[string]] entry {
  %2 = map %0 : [string] each (%3: string, %4: int) {
    yield %3
  }
  %5 = map %1 : [string] each (%6: string, %7: int) {
    yield %6
  }
  %8 = map %0 : [string] each (%9: string, %10: int) {
    %11 = str %10 : string
    yield %11
  }
  %12 = map %0 : [string] each (%13: string, %14: int) {
    yield %13
  } where (%15: string, %16: int) {
    %17 = %15 in %1 : bool
    yield %17
  }
  %18 = list(%2, %5, %8, %12) : [[string]]
  return %18
}
)";
  CHECK(Passed(MergeEqual, text) == text);
}

}  // namespace
}  // namespace plait::tests
