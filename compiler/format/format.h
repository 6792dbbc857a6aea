// The one form of a source file.
#pragma once

#include <cstdint>
#include <string>

#include "compiler/syntax/ast.h"
#include "compiler/syntax/token.h"

namespace plait {

struct FormatOptions {
  /// In characters. Comments, texts and names may be longer.
  uint32_t width = 100;
};

/// The file in the form that `plait fmt` gives it: two blanks of indentation, one line where it fits into the width, else one item a line.
/// The tree of the result equals that of the file, each comment keeps its place, and formatting the result changes nothing more.
/// Needs tokens and a tree without errors, the tree made from the tokens.
std::string Format(const SourceManager& sources, const TokenBuffer& tokens, const ast::Module& module, const FormatOptions& options = {});

}  // namespace plait
