// The stages that golden tests exercise, one folder of tests/golden each.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace plait::golden {

/// A source file of a test. The text ends where the expectation begins.
struct Input {
  /// Relative to the stage's folder: what messages call the file.
  std::string path;
  /// Where the file is, for stages that read what it imports.
  std::string full_path;
  std::string_view text;
};

struct Stage {
  /// The folder.
  std::string_view name;
  std::string (*run)(const Input& input);
};

/// A new stage is one more entry here.
std::span<const Stage> Stages();

}  // namespace plait::golden
