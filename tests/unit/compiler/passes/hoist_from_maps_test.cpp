// Calls that are the same for every item.
#include "compiler/passes/hoist_from_maps.h"

#include "tests/unit/compiler/passes/passed.h"

namespace plait::tests {
namespace {

TEST_CASE("a call that depends on no item leaves all maps, with what it uses") {
  CHECK(Passed(HoistFromMaps, R"(
func @S.f(%0 t: string, %1 xs: [string]) -> [[string]] entry {
  %2 = map %1 : [[string]] each (%3: string, %4: int) {
    %5 = map %1 : [string] each (%6: string, %7: int) {
      %8 = %0 + %0 : string
      %9 = model @0.a(t: %8) : string
      %10 = model @0.b(t: %9, u: %3) : string
      %11 = model @0.c(t: %10, u: %6) : string
      yield %11
    }
    yield %5
  }
  return %2
}
)") == R"(func @S.f(%0 t: string, %1 xs: [string]) -> [[string]] entry {
  %2 = %0 + %0 : string
  %3 = model @0.a(t: %2) : string
  %4 = map %1 : [[string]] each (%5: string, %6: int) {
    %7 = model @0.b(t: %3, u: %5) : string
    %8 = map %1 : [string] each (%9: string, %10: int) {
      %11 = model @0.c(t: %7, u: %9) : string
      yield %11
    }
    yield %8
  }
  return %4
}
)");
}

TEST_CASE("operations that call nothing stay, and so does a call in a branch") {
  std::string text = R"(func @S.f(%0 t: string, %1 xs: [string], %2 c: bool) -> [string] entry {
  %3 = map %1 : [string] each (%4: string, %5: int) {
    %6 = %0 + %0 : string
    %7 = %4 in %6 : bool
    %8 = if %7 : string {
      %9 = model @0.a(t: %0) : string
      yield %9
    } else {
      yield %4
    }
    yield %8
  }
  return %3
}
)";
  CHECK(Passed(HoistFromMaps, text) == text);
}

TEST_CASE("a whole branch or map that depends on no item leaves, also from a condition") {
  CHECK(Passed(HoistFromMaps, R"(
func @S.f(%0 t: string, %1 xs: [string], %2 c: bool) -> [string] entry {
  %3 = map %1 : [string] each (%4: string, %5: int) {
    yield %4
  } where (%6: string, %7: int) {
    %8 = if %2 : bool {
      %9 = model @0.a(t: %0) : bool
      yield %9
    } else {
      yield %2
    }
    yield %8
  }
  return %3
}
)") == R"(func @S.f(%0 t: string, %1 xs: [string], %2 c: bool) -> [string] entry {
  %3 = if %2 : bool {
    %4 = model @0.a(t: %0) : bool
    yield %4
  } else {
    yield %2
  }
  %5 = map %1 : [string] each (%6: string, %7: int) {
    yield %6
  } where (%8: string, %9: int) {
    yield %3
  }
  return %5
}
)");
}

}  // namespace
}  // namespace plait::tests
