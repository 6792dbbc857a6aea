// Diagnostics as GitHub's workflow commands, which annotate the lines of a change:
// https://docs.github.com/actions/reference/workflow-commands-for-github-actions
#include "compiler/diagnostics/render_forms.h"

namespace plait {

namespace {

std::string_view CommandOf(Severity severity) {
  return severity == Severity::Error ? "error" : (severity == Severity::Warning ? "warning" : "notice");
}

/// What would end the command or be taken for an escape; inside a property also what separates properties.
std::string Escape(std::string_view text, bool is_property) {
  std::string escaped;
  for (char c : ValidUtf8(text)) {
    bool is_special = c == '%' || c == '\r' || c == '\n' || (is_property && (c == ':' || c == ','));
    escaped += is_special ? fmt::format("%{:02X}", static_cast<unsigned>(c)) : std::string(1, c);
  }
  return escaped;
}

/// Columns only where the span stays on its line: GitHub takes them for nothing else.
std::string PlaceProperties(const SourceManager& sources, const Span& span) {
  if (!span.file.has_value()) {
    return "";
  }
  LineColumn begin = Utf16Position(sources, span.file, span.begin);
  LineColumn end = Utf16Position(sources, span.file, span.end);
  std::string file = fmt::format("file={},line={},", Escape(sources.Path(span.file), true), begin.line);
  return begin.line == end.line ? fmt::format("{}col={},endColumn={},", file, begin.column, end.column)
                                : fmt::format("{}endLine={},", file, end.line);
}

}  // namespace

std::string RenderGithub(const SourceManager& sources, std::span<const Diagnostic> diagnostics) {
  std::string text;
  for (const Diagnostic& diagnostic : diagnostics) {
    text += fmt::format("::{} {}title={}::{}\n", CommandOf(diagnostic.severity), PlaceProperties(sources, diagnostic.primary.span),
                        Escape(GetDiagnosticInfo(diagnostic.kind).code, true), Escape(MessageWithHints(diagnostic), false));
  }
  return text;
}

}  // namespace plait
