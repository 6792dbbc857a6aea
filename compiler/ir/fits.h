// Which types may stand where a type is wanted.
#pragma once

#include "compiler/base/type.h"

namespace plait::ir {

/// Whether a value of type `given` may stand where `wanted` is expected without being changed: equal types, `never` anywhere,
/// anything but a stream as json, T as T?, null as T?, T as a union with T, items of lists, maps and streams alike, and an anonymous record
/// as a named one with the same fields. Also T? as T and a union as one of its members: the checker has seen to it that a value which it
/// narrowed is of that type where it is used.
bool TypeFits(const Type& wanted, const Type& given, const TypeTable& types);

}  // namespace plait::ir
