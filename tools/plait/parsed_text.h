// One file's text as its tree, for verbs that look no further.
#pragma once

#include <optional>
#include <string>

#include "compiler/base/source.h"
#include "compiler/syntax/ast.h"
#include "compiler/syntax/token.h"
#include "tools/plait/verb.h"

namespace plait {

struct ParsedText {
  SourceManager sources;
  TokenBuffer tokens;
  ast::Module module;
};

/// `name` is what messages call the file. Nothing where it has syntax errors, which are printed then.
std::optional<ParsedText> ParseText(const World& world, const std::string& name, std::string text);

}  // namespace plait
