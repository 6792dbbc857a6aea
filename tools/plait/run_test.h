// Runs one test of the language: its plan, with answers in place of models.
#pragma once

#include <string>
#include <vector>

#include "compiler/driver/test_programs.h"
#include "runtime/base/thread_team.h"

namespace plait {

/// One thing that was not as a test expects.
struct TestFault {
  /// `path:line:col-col`
  std::string place;
  std::string message;
  /// What was seen: "left", "right", "calls".
  std::vector<ErrorNote> notes;
};

struct TestOutcome {
  std::vector<TestFault> faults;
  double milliseconds = 0;

  [[nodiscard]] bool passed() const { return faults.empty(); }
};

TestOutcome RunTest(const TestProgram& program, ThreadPool& pool);

}  // namespace plait
