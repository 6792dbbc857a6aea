// A verb's command line: flags, options with values, and what is left.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace plait {

/// One option that a verb takes.
struct OptionSpec {
  /// With its dashes: `--input`. A short form such as `-o` is a spec of its own that names the long one in `stands_for`.
  std::string_view name;
  bool takes_value = false;
  std::string_view stands_for;
};

/// What was given, or what was wrong with it.
struct Arguments {
  std::vector<std::string> positional;
  /// By long name, in the order given. Flags have one empty value for each time.
  std::map<std::string, std::vector<std::string>, std::less<>> options;
  /// A usage error in words; empty where all was well.
  std::string error;

  [[nodiscard]] bool Has(std::string_view name) const { return options.contains(name); }
  /// The last value given, or `otherwise`.
  [[nodiscard]] std::string Get(std::string_view name, std::string_view otherwise = "") const;
  [[nodiscard]] std::vector<std::string> GetAll(std::string_view name) const;
};

/// Takes `--name value`, `--name=value`, `-o value`, and everything after `--` as it is. An unknown option is an error with the nearest
/// known one.
Arguments ParseArguments(std::span<const std::string_view> words, std::span<const OptionSpec> specs);

/// A whole number of at least `least`; nothing where the text is none.
std::optional<int64_t> ParseCount(std::string_view text, int64_t least);
/// `20s`, `150ms`, `2min` as milliseconds.
std::optional<int64_t> ParseDuration(std::string_view text);
/// `512MiB`, `2GiB` as bytes.
std::optional<int64_t> ParseBytes(std::string_view text);

}  // namespace plait
