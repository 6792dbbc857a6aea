// Parameters and signatures as written to parameters and signatures with types and defaults.
#pragma once

#include <vector>

#include "compiler/sema/names.h"

namespace plait::sema {

std::vector<Parameter> ResolveParameters(Program& program, const Surroundings& around, const std::vector<ast::Param>& params);
/// Reports types that compiled code, a model of one's own, neither takes nor gives.
void CheckCodeSignature(Program& program, const Signature& signature);
Signature ResolveSignature(Program& program, const Surroundings& around, const ast::Signature& signature);

}  // namespace plait::sema
