// What nobody needs.
#include "compiler/passes/eliminate_dead.h"

#include "tests/unit/compiler/passes/passed.h"

namespace plait::tests {
namespace {

TEST_CASE("unused nodes go, with what only they use, at every depth") {
  CHECK(Passed(EliminateDead, R"(
func @S.main(%0 text: string, %1 c: bool) -> string entry {
  %2 = model @0.write(text: %0) : string
  %3 = len %2 : int
  %4 = if %1 : string {
    %5 = model @0.write(text: %0) : string
    %6 = constant "x" : string
    %7 = len %5 : int
    yield %6
  } else {
    %8 = model @0.read(text: %0) : string
    yield %8
  }
  return %4
}
)") == R"(func @S.main(%0 text: string, %1 c: bool) -> string entry {
  %2 = if %1 : string {
    %3 = constant "x" : string
    yield %3
  } else {
    %4 = model @0.read(text: %0) : string
    yield %4
  }
  return %2
}
)");
}

TEST_CASE("models that nothing calls go, and the others are numbered anew") {
  Result<ir::Graph> graph = ir::Read(R"(model @0 A.a: t = path("a") {}
model @1 B.b: t = path("b") {}
func @S.main(%0 x: string) -> int entry {
  %1 = model @0.f(x: %0) : int
  %2 = model @1.f(x: %0) : int
  return %2
}
)");
  REQUIRE(graph.ok());
  CHECK(ir::Print(EliminateDead(*graph)) == R"(model @0 B.b: t = path("b") {}

func @S.main(%0 x: string) -> int entry {
  %1 = model @0.f(x: %0) : int
  return %1
}
)");
}

TEST_CASE("an unused parameter stays") {
  CHECK(Passed(EliminateDead, "func @S.main(%0 x: int, %1 y: int) -> int entry { return %1 }") ==
        "func @S.main(%0 x: int, %1 y: int) -> int entry {\n  return %1\n}\n");
}

}  // namespace
}  // namespace plait::tests
