// One golden test on disk: a source file and what its stage is expected to print.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace plait::golden {

/// The expectation stands at the end of the source file, after a line `// EXPECT:`, each line behind `// `; or in a file of
/// the same name that ends in `.expected`.
struct Case {
  std::filesystem::path path;
  /// What stands before the expectation.
  std::string source;
  std::string expected;
  bool is_beside = false;
};

Case ReadCase(const std::filesystem::path& path);

/// Replaces the expectation. One of more than `kMaxInlineLines` lines goes into a file of its own.
inline constexpr size_t kMaxInlineLines = 60;
void WriteExpectation(const Case& old, std::string_view output);

/// The lines that differ, `-` before the expected and `+` before the actual ones, with a few equal lines around.
std::string Difference(std::string_view expected, std::string_view actual);

}  // namespace plait::golden
