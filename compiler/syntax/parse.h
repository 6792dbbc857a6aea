// Tokens to tree.
#pragma once

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/syntax/ast.h"
#include "compiler/syntax/token.h"

namespace plait {

inline constexpr int kMaxNesting = 256;

/// Parses the whole grammar (grammar.md). Never fails: after a fault it goes on at the next item or declaration, so that
/// one fault gives one diagnostic and the rest of the file is still checked.
ast::Module Parse(const SourceManager& sources, const TokenBuffer& tokens, Sink& sink);

}  // namespace plait
