#include "tools/plait/arguments.h"

#include <charconv>
#include <span>
#include <utility>

#include <fmt/format.h>

#include "compiler/base/nearest.h"

namespace plait {
namespace {

const OptionSpec* FindSpec(std::string_view name, std::span<const OptionSpec> specs) {
  for (const OptionSpec& spec : specs) {
    if (spec.name == name) {
      return spec.stands_for.empty() ? &spec : FindSpec(spec.stands_for, specs);
    }
  }
  return nullptr;
}

std::string UnknownOption(std::string_view name, std::span<const OptionSpec> specs) {
  std::vector<std::string> names;
  for (const OptionSpec& spec : specs) {
    names.emplace_back(spec.name);
  }
  std::optional<std::string> nearest = Nearest(name, names);
  return nearest ? fmt::format("there is no option `{}`; did you mean `{}`?", name, *nearest)
                 : fmt::format("there is no option `{}`", name);
}

}  // namespace

std::string Arguments::Get(std::string_view name, std::string_view otherwise) const {
  auto found = options.find(name);
  return found == options.end() ? std::string(otherwise) : found->second.back();
}

std::vector<std::string> Arguments::GetAll(std::string_view name) const {
  auto found = options.find(name);
  return found == options.end() ? std::vector<std::string>() : found->second;
}

Arguments ParseArguments(std::span<const std::string_view> words, std::span<const OptionSpec> specs) {
  Arguments arguments;
  bool only_positional = false;
  for (size_t i = 0; i < words.size(); ++i) {
    std::string_view word = words[i];
    // A lone `-` is standard input.
    if (only_positional || word.size() < 2 || word[0] != '-') {
      arguments.positional.emplace_back(word);
      continue;
    }
    if (word == "--") {
      only_positional = true;
      continue;
    }
    size_t equals = word.starts_with("--") ? word.find('=') : std::string_view::npos;
    std::string_view name = word.substr(0, equals);
    const OptionSpec* spec = FindSpec(name, specs);
    if (spec == nullptr) {
      arguments.error = UnknownOption(name, specs);
      return arguments;
    }
    std::string value;
    if (equals != std::string_view::npos) {
      value = word.substr(equals + 1);
      if (!spec->takes_value) {
        arguments.error = fmt::format("`{}` takes no value", name);
        return arguments;
      }
    } else if (spec->takes_value) {
      if (i + 1 == words.size()) {
        arguments.error = fmt::format("`{}` needs a value", name);
        return arguments;
      }
      value = words[++i];
    }
    arguments.options[std::string(spec->name)].push_back(std::move(value));
  }
  return arguments;
}

std::optional<int64_t> ParseCount(std::string_view text, int64_t least) {
  int64_t value = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < least) {
    return std::nullopt;
  }
  return value;
}

namespace {

struct Unit {
  std::string_view name;
  int64_t factor;
};

/// A whole number and one of the units, in the smallest of them. Of units that end alike the longer stands first.
std::optional<int64_t> ParseAmount(std::string_view text, std::span<const Unit> units) {
  for (const Unit& unit : units) {
    if (text.ends_with(unit.name)) {
      std::optional<int64_t> count = ParseCount(text.substr(0, text.size() - unit.name.size()), 1);
      int64_t product = 0;
      if (count && !__builtin_mul_overflow(*count, unit.factor, &product)) {
        return product;
      }
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<int64_t> ParseDuration(std::string_view text) {
  static constexpr Unit kUnits[] = {{"ms", 1}, {"s", 1000}, {"min", 60'000}, {"h", 3'600'000}};
  return ParseAmount(text, kUnits);
}

std::optional<int64_t> ParseBytes(std::string_view text) {
  static constexpr int64_t kKibi = 1024;
  static constexpr Unit kUnits[] = {
      {"KiB", kKibi}, {"MiB", kKibi * kKibi}, {"GiB", kKibi * kKibi * kKibi}, {"TiB", kKibi * kKibi * kKibi * kKibi}, {"B", 1}};
  return ParseAmount(text, kUnits);
}

}  // namespace plait
