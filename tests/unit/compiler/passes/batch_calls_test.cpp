// Calls of one model that may run at the same time.
#include "compiler/passes/batch_calls.h"

#include "tests/unit/compiler/passes/passed.h"

namespace plait::tests {
namespace {

TEST_CASE("calls that differ in a text and need one another in no way are one batch") {
  CHECK(Passed(BatchCalls, R"(
func @S.f(%0 t: string, %1 n: int) -> [string] entry {
  %2 = model @0.a(t: %0, n: %1) : string
  %3 = %2 + %0 : string
  %4 = %0 + %0 : string
  %5 = model @0.a(t: %4, n: %1) : string
  %6 = list(%3, %5) : [string]
  return %6
}
)") == R"(func @S.f(%0 t: string, %1 n: int) -> [string] entry {
  %2 = %0 + %0 : string
  %3 = list(%0, %2) : [string]
  %4 = map %3 : [string] each (%5: string, %6: int) {
    %7 = model @0.a(t: %5, n: %1) : string
    yield %7
  }
  %8 = constant 0 : int
  %9 = %4[%8] : string
  %10 = constant 1 : int
  %11 = %4[%10] : string
  %12 = %9 + %0 : string
  %13 = list(%12, %11) : [string]
  return %13
}
)");
}

TEST_CASE("calls that differ in more than a text are a batch of records, and those that do not differ there of what they differ in") {
  CHECK(Passed(BatchCalls, R"(
func @S.f(%0 t: string, %1 n: int) -> [string] entry {
  %2 = constant 1 : int
  %3 = model @0.a(t: %0, n: %1) : string
  %4 = %0 + %0 : string
  %5 = model @0.a(t: %4, n: %2) : string
  %6 = model @0.b(t: %0, n: %1) : string
  %7 = model @0.b(t: %0, n: %2) : string
  %8 = list(%3, %5, %6, %7) : [string]
  return %8
}
)") == R"(func @S.f(%0 t: string, %1 n: int) -> [string] entry {
  %2 = constant 1 : int
  %3 = %0 + %0 : string
  %4 = record(t: %0, n: %1) : { t: string, n: int }
  %5 = record(t: %3, n: %2) : { t: string, n: int }
  %6 = list(%4, %5) : [{ t: string, n: int }]
  %7 = map %6 : [string] each (%8: { t: string, n: int }, %9: int) {
    %10 = field %8.t : string
    %11 = field %8.n : int
    %12 = model @0.a(t: %10, n: %11) : string
    yield %12
  }
  %13 = constant 0 : int
  %14 = %7[%13] : string
  %15 = constant 1 : int
  %16 = %7[%15] : string
  %17 = list(%1, %2) : [int]
  %18 = map %17 : [string] each (%19: int, %20: int) {
    %21 = model @0.b(t: %0, n: %19) : string
    yield %21
  }
  %22 = constant 0 : int
  %23 = %18[%22] : string
  %24 = constant 1 : int
  %25 = %18[%24] : string
  %26 = list(%14, %16, %23, %25) : [string]
  return %26
}
)");
}

TEST_CASE("no batch is made of calls that need each other, of different methods, parameters or numbers of calls before them") {
  std::string text = R"(func @S.f(%0 t: string, %1 n: int) -> [string] entry {
  %2 = model @0.a(t: %0, n: %1) : string
  %3 = model @0.b(t: %0, n: %1) : string
  %4 = %0 + %0 : string
  %5 = model @0.a(t: %4) : string
  %6 = model @0.a(t: %2, n: %1) : string
  %7 = list(%3, %5, %6) : [string]
  return %7
}
)";
  CHECK(Passed(BatchCalls, text) == text);
}

TEST_CASE("batches of several methods never wait for each other in a circle") {
  // Were it only for what each pair needs, {a, a} and {b, b} could both be made, and each would need the other.
  std::string text = R"(func @S.f(%0 t: string, %1 u: string) -> [string] entry {
  %2 = model @0.a(t: %0) : string
  %3 = model @0.b(t: %2) : string
  %4 = model @0.b(t: %1) : string
  %5 = model @0.a(t: %4) : string
  %6 = list(%3, %5) : [string]
  return %6
}
)";
  CHECK(Passed(BatchCalls, text) == text);
}

TEST_CASE("calls under a condition are a batch of their own") {
  CHECK(Passed(BatchCalls, R"(
func @S.f(%0 t: string, %1 u: string, %2 c: bool) -> string entry {
  %3 = if %2 : string {
    %4 = model @0.a(t: %0) : string
    %5 = model @0.a(t: %1) : string
    %6 = %4 + %5 : string
    yield %6
  } else {
    %7 = model @0.a(t: %0) : string
    yield %7
  }
  return %3
}
)") == R"(func @S.f(%0 t: string, %1 u: string, %2 c: bool) -> string entry {
  %3 = if %2 : string {
    %4 = list(%0, %1) : [string]
    %5 = map %4 : [string] each (%6: string, %7: int) {
      %8 = model @0.a(t: %6) : string
      yield %8
    }
    %9 = constant 0 : int
    %10 = %5[%9] : string
    %11 = constant 1 : int
    %12 = %5[%11] : string
    %13 = %10 + %12 : string
    yield %13
  } else {
    %14 = model @0.a(t: %0) : string
    yield %14
  }
  return %3
}
)");
}

}  // namespace
}  // namespace plait::tests
