// Values against types: what fits as it is, and what can be made to fit. Requests, `as` and constants all ask here.
#pragma once

#include <string>

#include "compiler/base/result.h"
#include "compiler/base/type.h"
#include "compiler/base/value.h"

namespace plait {

/// Whether the value is one of the type as it is; `never` has only the null that stands in for a value nobody reads, and the
/// tensor without elements in any dimension stands in for one of every size.
bool ValueFits(const Value& value, const Type& type, const TypeTable& types);

/// How much a conversion may change.
enum class Conversion : uint8_t {
  /// A request's JSON: ints widen to floats, fields of records come in any order, absent ones take their defaults.
  Input,
  /// What `as` does: the same, and a float that is a whole number becomes an int.
  Cast,
};

/// The value as one of the type. Of a union, the first member that fits as it is, else the first that the value can be made to fit.
/// Fails with `input-mismatch`, whose place is the path inside the value (`$.labels[2]`) and begins with `path`.
Result<Value> ConvertValue(const Value& value, const Type& type, const TypeTable& types, Conversion conversion, const std::string& path);

/// What `as` gives: `ConvertValue` with `Conversion::Cast`. Fails with `cast-failed`, whose message names the part that does not fit.
Result<Value> CastValue(const Value& value, const Type& type, const TypeTable& types);

/// The fields of `object` by the names, types and defaults that are declared, in that order. `what` is "parameter" or "field"; fails as
/// `ConvertValue` does for one that is unknown, missing or of another type.
Result<ValueList> ConvertFields(const Value& object, const std::vector<RecordField>& declared, const TypeTable& types,
                                Conversion conversion, std::string_view what, const std::string& path);

}  // namespace plait
