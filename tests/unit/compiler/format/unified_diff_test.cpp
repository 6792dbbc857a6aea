// Differences, and that they lead from the one text to the other.
#include "compiler/format/unified_diff.h"

#include <charconv>
#include <random>
#include <vector>

#include <doctest/doctest.h>

#include <fmt/format.h>

namespace plait {
namespace {

std::vector<std::string> SplitLines(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    size_t length = std::min(text.find('\n'), text.size() - 1) + 1;
    lines.emplace_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return lines;
}

/// What `patch` makes of a text whose lines all end; a wrong context line fails the test.
std::string Patched(const std::string& before, const std::string& diff) {
  std::vector<std::string> lines = SplitLines(before);
  std::string result;
  size_t at = 0;
  for (const std::string& row : SplitLines(diff)) {
    if (row.starts_with("---") || row.starts_with("+++")) {
      continue;
    }
    if (row.starts_with("@@")) {
      size_t first = 0;
      std::from_chars(row.data() + 4, row.data() + row.size(), first);
      bool is_empty = row.substr(0, row.find(" +")).ends_with(",0");
      for (size_t begin = is_empty ? first : first - 1; at < begin; ++at) {
        result += lines[at];
      }
      continue;
    }
    if (row[0] != '+') {
      REQUIRE(lines.at(at) == row.substr(1));
      ++at;
    }
    result += row[0] == '-' ? "" : row.substr(1);
  }
  for (; at < lines.size(); ++at) {
    result += lines[at];
  }
  return result;
}

TEST_CASE("equal texts have no difference") { CHECK(UnifiedDiff("a", "x\ny\n", "x\ny\n").empty()); }

TEST_CASE("a hunk has three equal lines around") {
  CHECK(UnifiedDiff("a.graph", "1\n2\n3\n4\n5\n6\n7\n8\n9\n", "1\n2\n3\n4\nfive\n6\n7\n8\n9\n") ==
        "--- a.graph\n+++ a.graph\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n");
}

TEST_CASE("changes far from each other get hunks of their own") {
  std::string before;
  for (int i = 0; i < 30; ++i) {
    before += fmt::format("{}\n", i);
  }
  CHECK(UnifiedDiff("a", before, "first\n" + before.substr(0, before.size() - 3)) ==
        "--- a\n+++ a\n@@ -1,3 +1,4 @@\n+first\n 0\n 1\n 2\n@@ -27,4 +28,3 @@\n 26\n 27\n 28\n-29\n");
}

TEST_CASE("a last line without a line break says so") {
  CHECK(UnifiedDiff("a", "x", "x\n") == "--- a\n+++ a\n@@ -1 +1 @@\n-x\n\\ No newline at end of file\n+x\n");
  CHECK(UnifiedDiff("a", "", "x\n") == "--- a\n+++ a\n@@ -0,0 +1 @@\n+x\n");
}

TEST_CASE("the difference of random texts leads from the one to the other") {
  std::mt19937 random(3);
  auto text = [&](int most, int letters) {
    std::string result;
    for (int count = std::uniform_int_distribution(0, most)(random); count > 0; --count) {
      result += static_cast<char>('a' + std::uniform_int_distribution(0, letters - 1)(random));
      result += '\n';
    }
    return result;
  };
  for (int round = 0; round < 500; ++round) {
    std::string before = text(40, 1 + round % 9);
    std::string after = text(40, 1 + round % 9);
    CHECK(Patched(before, UnifiedDiff("a", before, after)) == after);
  }
  // More differences than are looked for.
  std::string before = text(0, 1);
  std::string after;
  for (int i = 0; i < 3000; ++i) {
    before += fmt::format("old {}\n", i);
    after += fmt::format("new {}\n", i);
  }
  CHECK(Patched(before, UnifiedDiff("a", before, after)) == after);
}

}  // namespace
}  // namespace plait
