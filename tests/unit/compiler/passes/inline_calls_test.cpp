// Calls replaced by bodies.
#include "compiler/passes/inline_calls.h"

#include <string>

#include "tests/unit/compiler/passes/passed.h"

namespace plait::tests {
namespace {

TEST_CASE("a call becomes the callee's nodes, with the arguments for its parameters") {
  CHECK(Passed(InlineCalls, R"(
func @double(%0 x: int) -> int {
  %1 = %0 + %0 : int
  return %1
}
func @S.main(%0 n: int) -> int entry timeout_ms 5 {
  %1 = constant 2 : int
  %2 = call @double(%1) : int
  %3 = call @double(%2) : int
  return %3
}
)") == R"(func @S.main(%0 n: int) -> int entry timeout_ms 5 {
  %1 = constant 2 : int
  %2 = %1 + %1 : int
  %3 = %2 + %2 : int
  return %3
}
)");
}

TEST_CASE("calls within regions and of functions further down, over several steps") {
  CHECK(Passed(InlineCalls, R"(
func @S.main(%0 xs: [int]) -> [int] entry {
  %1 = map %0 : [int] each (%2: int, %3: int) {
    %4 = call @outer(%2) : int
    yield %4
  }
  return %1
}
func @outer(%0 x: int) -> int {
  %1 = call @same(%0) : int
  %2 = - %1 : int
  return %2
}
func @same(%0 x: int) -> int {
  return %0
}
)") == R"(func @S.main(%0 xs: [int]) -> [int] entry {
  %1 = map %0 : [int] each (%2: int, %3: int) {
    %4 = - %2 : int
    yield %4
  }
  return %1
}
)");
}

TEST_CASE("functions that no entry reaches go, entries stay in order") {
  ir::Graph graph = InlineCalls(ReadFunctions(R"(
func @lost(%0 x: int) -> int { return %0 }
func @S.b(%0 x: int) -> int entry { return %0 }
func @S.a(%0 x: int) -> int entry { %1 = call @S.b(%0) : int return %1 }
)"));
  REQUIRE(graph.functions.size() == 2);
  CHECK(graph.functions[ir::FunctionId{0}].name == "S.b");
  CHECK(graph.functions[ir::FunctionId{1}].name == "S.a");
}

TEST_CASE("a node keeps the span that it has in the callee") {
  ir::Graph graph = ReadFunctions(R"(
func @f(%0 x: int) -> int { %1 = - %0 : int return %1 }
func @S.a(%0 x: int) -> int entry { %1 = call @f(%0) : int return %1 }
)");
  Span span{FileId{0}, 3, 9};
  graph.functions[ir::FunctionId{0}].nodes[ir::NodeId{1}].span = span;
  graph = InlineCalls(std::move(graph));
  CHECK(graph.functions[ir::FunctionId{0}].nodes[ir::NodeId{1}].span == span);
}

}  // namespace
}  // namespace plait::tests
