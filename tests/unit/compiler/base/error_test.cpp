// How failures are carried and shown.
#include "compiler/base/error.h"

#include <string>

#include <doctest/doctest.h>

#include "compiler/base/result.h"

namespace plait {
namespace {

TEST_CASE("every failure has a code and a summary") {
  CHECK(FailureCode(FailureKind::ModelNotFound) == "model-not-found");
  CHECK(FailureSummary(FailureKind::Cancelled) == "the request was cancelled before it finished");
}

TEST_CASE("an error is shown with its place, its code and aligned notes") {
  Error error = Error{FailureKind::ModelNotFound, "no folder for `gpt2`", "a.graph:3:1", {}}
                    .WithNote("looked in", "./models")
                    .WithNote("looked in", "~/models")
                    .WithNote("fix", "plait fetch gpt2");
  CHECK(RenderError(error, false) ==
        "a.graph:3:1: error: no folder for `gpt2` [model-not-found]\n"
        "  looked in  ./models\n"
        "             ~/models\n"
        "  fix        plait fetch gpt2\n");
}

TEST_CASE("a place may be missing, and colour is asked for") {
  Error error{FailureKind::Arithmetic, "1 / 0: division by zero", "", {}};
  CHECK(RenderError(error, false) == "error: 1 / 0: division by zero [arithmetic]\n");
  CHECK(RenderError(std::move(error).WithPlace("here"), true) ==
        "\x1b[1mhere: \x1b[0m\x1b[1;31merror:\x1b[0m \x1b[1m1 / 0: division by zero\x1b[0m [arithmetic]\n");
}

Result<int> Half(int number) {
  if (number % 2 != 0) {
    return Error{FailureKind::ArgumentRange, "odd", "", {}};
  }
  return number / 2;
}

Result<int> Quarter(int number) {
  PLAIT_TRY(int half, Half(number));
  return Half(half);
}

Result<void> MustBeEven(int number) {
  PLAIT_TRY(int half, Half(number));
  (void)half;
  return {};
}

Result<int> EvenOnly(int number) {
  PLAIT_TRY_VOID(MustBeEven(number));
  return number;
}

TEST_CASE("results carry the first failure up") {
  CHECK(*Quarter(8) == 2);
  CHECK(Quarter(6).error().message == "odd");
  CHECK(Quarter(5).error().kind == FailureKind::ArgumentRange);
  CHECK(*EvenOnly(4) == 4);
  CHECK_FALSE(EvenOnly(3).ok());
}

}  // namespace
}  // namespace plait
