// What the pure operations do. The one place: constant folding and the runtime both ask here, so they cannot differ.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "compiler/base/result.h"
#include "compiler/base/value.h"

namespace plait {

enum class Operation : uint8_t {
#define X(operation, spelling, operands) operation,
#include "compiler/base/library_operations.def"
#include "compiler/base/operations.def"
#undef X
};

/// The library's first, then those of operations.def.
std::span<const Operation> AllOperations();
/// Names as in operations.def: "Add".
std::string_view OperationName(Operation operation);
std::string_view OperationSpelling(Operation operation);
int OperandCount(Operation operation);
std::optional<Operation> OperationFromName(std::string_view name);
/// `==`, `!=`, `<`, `<=`, `>`, `>=`.
bool IsComparison(Operation operation);
/// Of one that the standard library declares: "text.lower".
std::optional<Operation> LibraryOperation(std::string_view function);

/// Operands are as many and of the kinds that the operation wants; ints and floats may mix and then count as floats.
/// Fails with `index-range`, `arithmetic` (overflow of 64 bits, division by zero, a result that is not finite), `cast-failed` (json that
/// lacks what is asked of it) or `argument-range` (the library's).
Result<Value> Apply(Operation operation, std::span<const Value> operands);

}  // namespace plait
