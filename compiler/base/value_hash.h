// Values as keys of hashed sets and maps.
#pragma once

#include <cstddef>

#include "compiler/base/value.h"

namespace plait {

/// Equal for values that are equal.
struct ValueHash {
  size_t operator()(const Value& value) const;
};

}  // namespace plait
