// What tests found, for a person and for machines.
#pragma once

#include <string>
#include <vector>

#include "tools/plait/run_test.h"

namespace plait {

/// One test of a file that ran.
struct ReportedTest {
  std::string file;
  std::string name;
  std::string place;
  TestOutcome outcome;
};

/// One line a test, under it what was not as expected, then the sums. With `only_failures`, tests that passed have no line.
std::string RenderTests(const std::vector<ReportedTest>& tests, bool only_failures, bool colour);

/// JUnit XML: one suite a file, one case a test.
std::string RenderJUnit(const std::vector<ReportedTest>& tests);

}  // namespace plait
