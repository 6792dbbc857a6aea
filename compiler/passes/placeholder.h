// Values that stand in for one that nobody reads.
#pragma once

#include "compiler/base/type.h"
#include "compiler/base/value.h"

namespace plait {

/// The plainest value of the type: zero, an empty text or list, null, a record of such.
Value PlaceholderOf(const Type& type, const TypeTable& types);

}  // namespace plait
