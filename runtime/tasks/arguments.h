// How tasks read a call's arguments and say that one is out of range.
#pragma once

#include <optional>
#include <string_view>

#include "compiler/base/result.h"
#include "compiler/base/value.h"

namespace plait {

/// The argument of that name; null where the call does not carry it.
const Value& Argument(const ValueFields& arguments, std::string_view name);

/// The argument as an int, or nothing where it is null.
std::optional<int64_t> IntArgument(const ValueFields& arguments, std::string_view name);

/// The argument as a float (an int counts as one), or nothing where it is null.
std::optional<double> NumberArgument(const ValueFields& arguments, std::string_view name);

/// `argument-range`: "`name` is `shown`, `expected`".
Error OutOfRange(std::string_view name, std::string_view shown, std::string_view expected);

/// Fails with `argument-range` where the value is below `least`.
Result<void> CheckAtLeast(std::string_view name, int64_t value, int64_t least);

/// A call of a method that the task does not have: only a plan that was edited by hand can hold one.
Error UnknownMethod(std::string_view task, std::string_view method);

}  // namespace plait
