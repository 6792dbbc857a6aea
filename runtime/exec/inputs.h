// A request's arguments, checked against the parameters that an entry declares.
#pragma once

#include <string_view>
#include <vector>

#include "compiler/base/result.h"
#include "compiler/base/type.h"
#include "compiler/plan/plan.h"

namespace plait {

/// `request` is an object of arguments by name. Gives one value a parameter, in order, defaults filled in and ints widened
/// where a float is declared. Fails with `input-mismatch`, whose place is the path inside the request (`$.labels[2]`), for an argument
/// that is unknown, missing or of another type.
Result<std::vector<Value>> BindInputs(const plan::Entry& entry, const TypeTable& types, const Value& request);

/// Fails with `arithmetic` where a result holds a number that JSON cannot write.
Result<void> CheckFinite(const Value& value, const std::string& path);

}  // namespace plait
