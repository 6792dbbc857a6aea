// Types as written to types as values, and how types go together.
#pragma once

#include <optional>

#include "compiler/sema/names.h"

namespace plait::sema {

/// What to do about a value that may be null, and about one of several possible types.
inline constexpr std::string_view kNarrowOptional = "inside `if x != null { … } else { … }` the name `x` is there";
inline constexpr std::string_view kNarrowUnion = "`match x { a: T => …, … }` tells the types apart";

/// Reports what the type says wrongly; such parts are `Error`. Of data: a stream is refused.
Type ResolveType(Program& program, const Surroundings& around, ast::TypeId type);
/// Of a let, a parameter or a result, which may also be a stream.
Type ResolveStreamType(Program& program, const Surroundings& around, ast::TypeId type);

/// What to do with a stream where only data can stand.
inline constexpr std::string_view kCollectStream = "take it in whole: `collect(…)` gives a list";

/// The type that holds the values of both without losing anything: int and float give float, T and null give T?.
std::optional<Type> Join(const Type& left, const Type& right);

/// Values of `from` are values of `to` as they stand.
bool FitsAsIs(const Type& from, const Type& to);

}  // namespace plait::sema
