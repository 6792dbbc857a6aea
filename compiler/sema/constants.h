// Constants: what a default, a setting or a `const` is worth.
#pragma once

#include <optional>

#include "compiler/sema/body_checker.h"

namespace plait::sema {

/// The value of an expression that must be constant, as the type that is wanted. Nothing after a report.
/// `visible` are names that a reader might expect to work there: parameters of the same declaration.
std::optional<Value> EvaluateConstant(Program& program, const Surroundings& around, ast::ExprId expr, const Expectation& want,
                                      const std::vector<Parameter>& visible = {});

/// The same for arguments, one value a parameter.
std::vector<std::optional<Value>> EvaluateArguments(Program& program, const Surroundings& around, const Callee& callee,
                                                    const std::vector<ast::Argument>& arguments, const Span& span);

/// The const with its type and value, of type `Error` after a report. `use` is where it is needed, for a circle.
const ConstInfo& EvaluateConst(Program& program, size_t index, const Span& use);

/// Gives the fields of the record their defaults if they have none yet. False, after a report, where a default needs itself.
bool EvaluateRecordDefaults(Program& program, size_t index, const Span& use);

}  // namespace plait::sema
