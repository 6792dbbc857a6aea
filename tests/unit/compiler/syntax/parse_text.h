// Lexes and parses a text, for the tests of this room.
#pragma once

#include <string>
#include <utility>

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/diagnostics/render.h"
#include "compiler/syntax/lex.h"
#include "compiler/syntax/parse.h"

namespace plait {

struct ParsedText {
  SourceManager sources;
  DiagnosticList diagnostics;
  TokenBuffer tokens;
  ast::Module module;

  explicit ParsedText(std::string text) {
    FileId file = sources.Add("a.graph", std::move(text));
    tokens = Lex(sources, file, diagnostics);
    module = Parse(sources, tokens, diagnostics);
    diagnostics.SortAndMergeEqual();
  }

  [[nodiscard]] std::string Report() const {
    return RenderDiagnostics(sources, diagnostics.diagnostics(), {DiagnosticFormat::Short, false});
  }
};

}  // namespace plait
