// Chooses the form of a rendering.
#include "compiler/diagnostics/render.h"

#include "compiler/diagnostics/render_forms.h"

namespace plait {

std::string RenderDiagnostics(const SourceManager& sources, std::span<const Diagnostic> diagnostics, const RenderOptions& options) {
  switch (options.format) {
    case DiagnosticFormat::Human:
      return RenderHuman(sources, diagnostics, options.colour);
    case DiagnosticFormat::Short:
      return RenderShort(sources, diagnostics);
    case DiagnosticFormat::Json:
      return RenderJson(sources, diagnostics);
  }
  return "";
}

DiagnosticCounts CountDiagnostics(std::span<const Diagnostic> diagnostics) {
  DiagnosticCounts counts{};
  for (const Diagnostic& diagnostic : diagnostics) {
    ++counts[static_cast<size_t>(diagnostic.severity)];
  }
  return counts;
}

}  // namespace plait
