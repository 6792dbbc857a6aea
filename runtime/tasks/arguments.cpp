#include "runtime/tasks/arguments.h"

#include <algorithm>
#include <string>

#include <fmt/format.h>

namespace plait {

const Value& Argument(const ValueFields& arguments, std::string_view name) {
  static const Value kNull;
  auto found = std::find_if(arguments.begin(), arguments.end(), [&](const auto& field) { return field.first == name; });
  return found == arguments.end() ? kNull : found->second;
}

std::optional<int64_t> IntArgument(const ValueFields& arguments, std::string_view name) {
  const Value& value = Argument(arguments, name);
  return value.is_null() ? std::nullopt : std::optional(value.AsInt());
}

std::optional<double> NumberArgument(const ValueFields& arguments, std::string_view name) {
  const Value& value = Argument(arguments, name);
  return value.is_null() ? std::nullopt : std::optional(value.AsNumber());
}

Error OutOfRange(std::string_view name, std::string_view shown, std::string_view expected) {
  return Error{FailureKind::ArgumentRange, fmt::format("`{}` is {}, {}", name, shown, expected), "", {}};
}

Result<void> CheckAtLeast(std::string_view name, int64_t value, int64_t least) {
  if (value < least) {
    return OutOfRange(name, std::to_string(value), fmt::format("expected at least {}", least));
  }
  return {};
}

Error UnknownMethod(std::string_view task, std::string_view method) {
  return Error{FailureKind::PlanInvalid, fmt::format("the task `{}` has no method `{}`", task, method), "", {}};
}

}  // namespace plait
