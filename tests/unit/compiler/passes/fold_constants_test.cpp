// What is known before anything runs.
#include "compiler/passes/fold_constants.h"

#include <chrono>
#include <string>

#include "compiler/passes/eliminate_dead.h"
#include "tests/unit/compiler/passes/passed.h"

namespace plait::tests {
namespace {

/// With what is then unused dropped, so that the texts stay short.
ir::Graph Fold(ir::Graph graph) { return EliminateDead(FoldConstants(std::move(graph))); }

std::string Result(const char* functions) {
  std::string text = Passed(Fold, functions);
  size_t begin = text.find("{\n") + 2;
  return text.substr(begin, text.rfind('}') - begin);
}

TEST_CASE("operations on constants are computed, one after the other") {
  CHECK(Result(R"(func @S.f() -> string entry {
  %0 = constant 2 : int
  %1 = constant 3 : int
  %2 = %0 * %1 : int
  %3 = str %2 : string
  return %3
})") == "  %0 = constant \"6\" : string\n  return %0\n");
}

TEST_CASE("what would fail is left to fail when it is needed") {
  CHECK(Result(R"(func @S.f() -> int entry {
  %0 = constant 1 : int
  %1 = constant 0 : int
  %2 = %0 % %1 : int
  return %2
})") == "  %0 = constant 1 : int\n  %1 = constant 0 : int\n  %2 = %0 % %1 : int\n  return %2\n");
}

TEST_CASE("a branch on a constant is the arm taken") {
  CHECK(Result(R"(func @S.f(%0 t: string) -> string entry {
  %1 = constant false : bool
  %2 = if %1 : string {
    %3 = model @0.a(t: %0) : string
    yield %3
  } else {
    %4 = not %1 : bool
    %5 = if %4 : string {
      %6 = model @0.b(t: %0) : string
      yield %6
    } else {
      yield %0
    }
    yield %5
  }
  return %2
})") == "  %1 = model @0.b(t: %0) : string\n  return %1\n");
}

TEST_CASE("a branch that yields its condition is the condition") {
  CHECK(Result(R"(func @S.f(%0 c: bool) -> bool entry {
  %1 = if %0 : bool {
    %2 = constant true : bool
    yield %2
  } else {
    %3 = constant false : bool
    yield %3
  }
  return %1
})") == "  return %0\n");
}

TEST_CASE("a field of a record, or a constant item of a list, that stands right there needs nothing else of it") {
  CHECK(Result(R"(func @S.f(%0 t: string) -> string entry {
  %1 = model @0.a(t: %0) : string
  %2 = model @0.b(t: %0) : string
  %3 = record(a: %1, b: %2) : { a: string, b: string }
  %4 = constant 1 : int
  %5 = field %3.b : string
  %6 = list(%1, %5) : [string]
  %7 = %6[%4] : string
  return %7
})") == "  %1 = model @0.b(t: %0) : string\n  return %1\n");
}

TEST_CASE("an index outside the list, or not known, stays") {
  std::string text = Result(R"(func @S.f(%0 n: int) -> int entry {
  %1 = list(%0) : [int]
  %2 = constant 1 : int
  %3 = %1[%2] : int
  %4 = %1[%0] : int
  %5 = %3 + %4 : int
  return %5
})");
  CHECK(text.find("%1[%2]") != std::string::npos);
  CHECK(text.find("%1[%0]") != std::string::npos);
}

TEST_CASE("a map over no items is an empty list") {
  CHECK(Result(R"(func @S.f() -> [int] entry {
  %0 = list() : [never]
  %1 = map %0 : [int] each (%2: never, %3: int) {
    yield %3
  }
  return %1
})") == "  %0 = constant [] : [int]\n  return %0\n");
}

TEST_CASE("constants do not grow beyond their program") {
  std::string text = "func @S.f() -> string entry {\n  %0 = constant \"0123456789\" : string\n";
  for (int i = 1; i <= 60; ++i) {
    text += "  %" + std::to_string(i) + " = %" + std::to_string(i - 1) + " + %" + std::to_string(i - 1) + " : string\n";
  }
  auto start = std::chrono::steady_clock::now();
  CHECK(Result((text + "  return %60\n}").c_str()).size() < 10'000);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(5));
}

}  // namespace
}  // namespace plait::tests
