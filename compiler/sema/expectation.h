// What a place wants of a value, and which declaration says so.
#pragma once

#include <string>

#include "compiler/base/source.h"
#include "compiler/base/type.h"

namespace plait::sema {

struct Expectation {
  Type type;
  /// The declaration, shown as a second place; nowhere where the language itself wants the type.
  Span place;
  /// The words at that place: "`score` is `float`".
  std::string why;

  /// The same demand, for a part of the value.
  [[nodiscard]] Expectation Of(Type part) const { return {std::move(part), place, why}; }
};

}  // namespace plait::sema
