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
Result<std::vector<Value>> BindInputs(const plan::Entry& entry, const RecordTable& records, const Value& request);

/// One value against one type; `path` is where it stands.
Result<Value> ConvertInput(const Value& value, const Type& type, const RecordTable& records, const std::string& path);

/// Fails with `arithmetic` where a result holds a number that JSON cannot write.
Result<void> CheckFinite(const Value& value, const std::string& path);

}  // namespace plait
