#include "tools/plait/test_report.h"

#include <algorithm>

#include <fmt/format.h>

#include "compiler/base/markup.h"

namespace plait {
namespace {

std::string_view Painted(bool colour, std::string_view code) { return colour ? code : std::string_view(); }

std::string FaultText(const TestFault& fault) {
  std::string text = fmt::format("        {}: {}\n", fault.place, fault.message);
  size_t width = 0;
  for (const ErrorNote& note : fault.notes) {
    width = std::max(width, note.label.size());
  }
  for (const ErrorNote& note : fault.notes) {
    text += fmt::format("          {:<{}}  {}\n", note.label, width, note.text);
  }
  return text;
}

std::string CaseText(const ReportedTest& test) {
  constexpr double kMsPerSecond = 1e3;
  std::string text = fmt::format("    <testcase name=\"{}\" classname=\"{}\" time=\"{:.6f}\"", EscapeMarkup(test.name),
                                 EscapeMarkup(test.file), test.outcome.milliseconds / kMsPerSecond);
  if (test.outcome.passed()) {
    return text + "/>\n";
  }
  text += ">\n";
  for (const TestFault& fault : test.outcome.faults) {
    std::string detail = fault.place;
    for (const ErrorNote& note : fault.notes) {
      detail += fmt::format("\n{}: {}", note.label, note.text);
    }
    text += fmt::format("      <failure message=\"{}\">{}</failure>\n", EscapeMarkup(fault.message), EscapeMarkup(detail));
  }
  return text + "    </testcase>\n";
}

int64_t CountFailed(const std::vector<ReportedTest>& tests) {
  return std::ranges::count_if(tests, [](const ReportedTest& test) { return !test.outcome.passed(); });
}

}  // namespace

std::string RenderTests(const std::vector<ReportedTest>& tests, bool only_failures, bool colour) {
  std::string text;
  std::string file;
  double milliseconds = 0;
  for (const ReportedTest& test : tests) {
    milliseconds += test.outcome.milliseconds;
    if (only_failures && test.outcome.passed()) {
      continue;
    }
    if (test.file != file) {
      text += test.file + "\n";
      file = test.file;
    }
    bool passed = test.outcome.passed();
    text += fmt::format("  {}{}{}  {}\n", Painted(colour, passed ? "\033[32m" : "\033[31m"), passed ? "ok  " : "FAIL",
                        Painted(colour, "\033[0m"), test.name);
    for (const TestFault& fault : test.outcome.faults) {
      text += FaultText(fault);
    }
  }
  int64_t failed = CountFailed(tests);
  return text + fmt::format("{} test{}, {} failed ({:.1f} ms)\n", tests.size(), tests.size() == 1 ? "" : "s", failed, milliseconds);
}

std::string RenderJUnit(const std::vector<ReportedTest>& tests) {
  std::string text = fmt::format("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\"{}\" failures=\"{}\">\n", tests.size(),
                                 CountFailed(tests));
  for (auto begin = tests.begin(); begin != tests.end();) {
    auto end = std::find_if(begin, tests.end(), [&](const ReportedTest& test) { return test.file != begin->file; });
    std::vector<ReportedTest> suite(begin, end);
    text += fmt::format("  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\">\n", EscapeMarkup(begin->file), suite.size(),
                        CountFailed(suite));
    for (const ReportedTest& test : suite) {
      text += CaseText(test);
    }
    text += "  </testsuite>\n";
    begin = end;
  }
  return text + "</testsuites>\n";
}

}  // namespace plait
