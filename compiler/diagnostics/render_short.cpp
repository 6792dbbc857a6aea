// Diagnostics for editors: one line each.
#include "compiler/diagnostics/display_text.h"
#include "compiler/diagnostics/render_forms.h"

namespace plait {

std::string RenderShort(const SourceManager& sources, std::span<const Diagnostic> diagnostics) {
  std::string text;
  for (const Diagnostic& diagnostic : diagnostics) {
    const Span& span = diagnostic.primary.span;
    if (span.file.has_value()) {
      LineColumn position = sources.Position(span.file, span.begin);
      text += fmt::format("{}:{}:{}: ", sources.Path(span.file), position.line, position.column);
    }
    text += fmt::format("{}: {} [{}]\n", SeverityName(diagnostic.severity), PrintableText(diagnostic.message),
                        GetDiagnosticInfo(diagnostic.kind).code);
  }
  return text;
}

}  // namespace plait
