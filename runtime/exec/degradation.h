// What a request did without.
#pragma once

#include <cstddef>
#include <string>

#include "compiler/base/error.h"

namespace plait {

/// An `otherwise` that was used: the answer holds, but it is not the one that was asked for.
struct Degradation {
  /// Service.model.method of the call that failed; empty where something else did.
  std::string call;
  /// Of the guard in the source.
  std::string place;
  Error cause;
  /// How many items of a map it was used for, with the same cause; 1 outside maps.
  size_t count = 1;
};

}  // namespace plait
