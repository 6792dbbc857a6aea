// Which types and values may stand where a type is wanted.
#pragma once

#include "compiler/base/type.h"
#include "compiler/base/value.h"

namespace plait::ir {

/// Whether a value of type `given` may stand where `wanted` is expected without being changed: equal types, `never` anywhere,
/// anything as json, T as T?, null as T?, items of lists alike, and an anonymous record as a named one with the same fields. Also T? as T:
/// the checker has seen to it that a value which it narrowed is not null where it is used.
bool TypeFits(const Type& wanted, const Type& given, const RecordTable& records);

/// Whether the value is one of the type; `never` has only the null that stands in for a value nobody reads.
bool ValueFits(const Value& value, const Type& type, const RecordTable& records);

/// The type without its `?`.
const Type& WithoutOptional(const Type& type);

}  // namespace plait::ir
