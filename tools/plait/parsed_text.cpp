#include "tools/plait/parsed_text.h"

#include <utility>

#include "compiler/syntax/lex.h"
#include "compiler/syntax/parse.h"

namespace plait {

std::optional<ParsedText> ParseText(const World& world, const std::string& name, std::string text) {
  ParsedText parsed;
  DiagnosticList diagnostics;
  FileId file = parsed.sources.Add(name, std::move(text));
  parsed.tokens = Lex(parsed.sources, file, diagnostics);
  parsed.module = Parse(parsed.sources, parsed.tokens, diagnostics);
  if (parsed.module.has_errors) {
    diagnostics.SortAndMergeEqual();
    PrintError(RenderDiagnostics(parsed.sources, diagnostics.diagnostics(), {DiagnosticFormat::Human, world.colour_err}));
    return std::nullopt;
  }
  return parsed;
}

}  // namespace plait
