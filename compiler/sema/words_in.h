// The names in an expression, without what they stand for.
#pragma once

#include <string_view>
#include <vector>

#include "compiler/syntax/ast.h"

namespace plait::sema {

/// Every name and the first word of every path, also in types and patterns. Needs no stack for deep expressions.
std::vector<std::string_view> WordsIn(const ast::Module& tree, ast::ExprId expr);

}  // namespace plait::sema
