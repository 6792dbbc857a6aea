// Runs every golden test: golden [--autoupdate] [--filter TEXT] [--coverage].
//   --autoupdate   rewrites the expectations that do not hold
//   --filter TEXT  only the tests whose path contains TEXT
//   --coverage     instead of running, lists the diagnostics that no expectation shows and fails if there are any
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "compiler/diagnostics/diagnostic.h"
#include "tests/golden/golden_case.h"
#include "tests/golden/stages.h"

namespace plait::golden {

namespace {

namespace fs = std::filesystem;

struct Options {
  bool autoupdate = false;
  bool coverage = false;
  std::string filter;
};

struct Totals {
  size_t passed = 0;
  size_t failed = 0;
  size_t updated = 0;
};

std::vector<fs::path> FindCases(const fs::path& folder, std::string_view filter) {
  std::vector<fs::path> paths;
  if (!fs::is_directory(folder)) {
    return paths;
  }
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    bool is_case = entry.path().extension() == ".graph" && entry.path().string().find(filter) != std::string::npos;
    if (is_case && !entry.path().filename().string().starts_with('_')) {
      paths.push_back(entry.path());
    }
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

void RunCase(const Stage& stage, const fs::path& folder, const fs::path& path, const Options& options, Totals& totals) {
  Case test = ReadCase(path);
  std::string name = fs::relative(path, folder).generic_string();
  std::string output = stage.run({name, path.string(), test.source});
  if (output == test.expected) {
    ++totals.passed;
    return;
  }
  if (options.autoupdate) {
    WriteExpectation(test, output);
    ++totals.updated;
    fmt::print("updated {}/{}\n", stage.name, name);
    return;
  }
  ++totals.failed;
  fmt::print("FAILED {}/{}\n{}", stage.name, name, Difference(test.expected, output));
}

int RunAll(const fs::path& root, const Options& options) {
  Totals totals;
  for (const Stage& stage : Stages()) {
    fs::path folder = root / stage.name;
    for (const fs::path& path : FindCases(folder, options.filter)) {
      RunCase(stage, folder, path, options, totals);
    }
  }
  fmt::print("{} passed, {} failed", totals.passed, totals.failed);
  fmt::print("{}\n", totals.updated > 0 ? fmt::format(", {} updated", totals.updated) : "");
  return totals.failed == 0 ? 0 : 1;
}

/// A diagnostic whose code stands in no expectation is one that no one has seen.
int CheckCoverage(const fs::path& root) {
  std::string shown;
  for (const fs::path& path : FindCases(root, "")) {
    shown += ReadCase(path).expected;
  }
  int missing = 0;
  for (const DiagnosticInfo& info : AllDiagnostics()) {
    if (shown.find(fmt::format("[{}]", info.code)) == std::string::npos) {
      fmt::print("no golden test shows [{}]\n", info.code);
      ++missing;
    }
  }
  fmt::print("{} of {} diagnostics are shown\n", AllDiagnostics().size() - static_cast<size_t>(missing), AllDiagnostics().size());
  return missing == 0 ? 0 : 1;
}

}  // namespace

}  // namespace plait::golden

int main(int argc, char** argv) {
  plait::golden::Options options;
  std::span<char*> arguments(argv, static_cast<size_t>(argc));
  for (size_t i = 1; i < arguments.size(); ++i) {
    std::string_view argument = arguments[i];
    if (argument == "--autoupdate") {
      options.autoupdate = true;
    } else if (argument == "--coverage") {
      options.coverage = true;
    } else if (argument == "--filter" && i + 1 < arguments.size()) {
      options.filter = arguments[++i];
    } else {
      fmt::print(stderr, "usage: golden [--autoupdate] [--filter TEXT] [--coverage]\n");
      return 2;
    }
  }
  std::filesystem::path root = std::filesystem::path(PLAIT_SOURCE_DIR) / "tests/golden";
  return options.coverage ? plait::golden::CheckCoverage(root) : plait::golden::RunAll(root, options);
}
