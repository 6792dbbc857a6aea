// The tests of a file as plans that run without a model.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "compiler/driver/compilation.h"
#include "compiler/plan/plan.h"

namespace plait {

/// What a model of the plan answers to calls with these arguments; those that are not listed match anything.
struct TestAnswer {
  std::string model;
  std::string method;
  std::vector<std::pair<std::string, Value>> arguments;
  std::variant<Value, FailureKind> answer;
};

/// What must be so after a test has run. `Holds` and `Fails` have an item in the list that the plan's entry gives, in their order:
/// `{ holds, left, right }`.
struct TestExpectation {
  sema::ExpectKind kind = sema::ExpectKind::Holds;
  /// As the source says it: `len(got) == 2`.
  std::string text;
  /// Fails: of which kind, if the test says so; its place is how the failure is found among those of the run.
  std::optional<FailureKind> failure;
  bool is_wanted = true;
  /// Calls.
  std::string model;
  std::string method;
  Operation comparison = Operation::Equal;
  int64_t count = 0;
  /// `path:line:col-col`
  std::string place;
};

struct TestProgram {
  std::string name;
  std::string place;
  /// One entry without parameters.
  plan::Plan plan;
  /// In the order in which they are tried.
  std::vector<TestAnswer> answers;
  std::vector<TestExpectation> expectations;
};

/// Plans every test of a compilation that was checked without errors, in the order of the text.
std::vector<TestProgram> PlanTests(const Compilation& compilation, const PassOptions& passes);

}  // namespace plait
