// The value of an expression that needs no request.
#pragma once

#include <optional>

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/sema/typed_module.h"

namespace plait::sema {

/// A value, or what stands in its way; neither where a part of the expression is of type `Error`, whose fault is known.
struct Folded {
  std::optional<Value> value;
  std::optional<Diagnostic> fault;
};

/// How many items, fields and bytes of text a value holds; those of a shared part count each time. Counting ends beyond `limit`.
size_t CountParts(const Value& value, size_t limit);

/// Works out what is made of literals, constants, fields and operations. A local, a call or a loop is `not-constant`,
/// an operation that fails `number-range`.
Folded Fold(const Store<ExprId, Expr>& exprs, ExprId expr);

}  // namespace plait::sema
