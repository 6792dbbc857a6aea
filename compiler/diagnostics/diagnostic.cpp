// The diagnostic registry and how diagnostics are built and kept.
#include "compiler/diagnostics/diagnostic.h"

#include <algorithm>
#include <tuple>

namespace plait {

const std::vector<DiagnosticInfo>& AllDiagnostics() {
  static const std::vector<DiagnosticInfo> kInfos = {
#define X(kind, code, severity, level, summary) {DiagnosticKind::kind, code, Severity::severity, DiagnosticLevel::level, summary},
#include "compiler/diagnostics/kinds.def"
#undef X
  };
  return kInfos;
}

const DiagnosticInfo& GetDiagnosticInfo(DiagnosticKind kind) { return AllDiagnostics()[static_cast<size_t>(kind)]; }

std::string_view SeverityName(Severity severity) {
  switch (severity) {
    case Severity::Error:
      return "error";
    case Severity::Warning:
      return "warning";
    case Severity::Note:
      return "note";
  }
  return "error";
}

Diagnostic Diagnostic::UnderCaret(std::string text) && {
  primary.text = std::move(text);
  return std::move(*this);
}

Diagnostic Diagnostic::Also(const Span& span, std::string text) && {
  secondary.push_back({span, std::move(text)});
  return std::move(*this);
}

Diagnostic Diagnostic::Note(std::string text) && {
  notes.push_back(std::move(text));
  return std::move(*this);
}

Diagnostic Diagnostic::Fix(std::string text) && {
  fixes.push_back({std::move(text), {}, {}});
  return std::move(*this);
}

Diagnostic Diagnostic::Fix(std::string text, const Span& span, std::string replacement) && {
  fixes.push_back({std::move(text), span, std::move(replacement)});
  return std::move(*this);
}

bool HasErrors(std::span<const Diagnostic> diagnostics) {
  return std::any_of(diagnostics.begin(), diagnostics.end(),
                     [](const Diagnostic& diagnostic) { return diagnostic.severity == Severity::Error; });
}

size_t DiagnosticList::Count(Severity severity) const {
  return static_cast<size_t>(std::count_if(diagnostics_.begin(), diagnostics_.end(),
                                           [severity](const Diagnostic& diagnostic) { return diagnostic.severity == severity; }));
}

void DiagnosticList::SortAndMergeEqual() {
  auto key = [](const Diagnostic& diagnostic) {
    const Span& span = diagnostic.primary.span;
    return std::tuple(span.file.index, span.begin, span.end, diagnostic.severity, diagnostic.kind);
  };
  std::stable_sort(diagnostics_.begin(), diagnostics_.end(), [&](const Diagnostic& a, const Diagnostic& b) { return key(a) < key(b); });
  std::vector<Diagnostic> kept;
  for (Diagnostic& diagnostic : diagnostics_) {
    // Equal ones need not be neighbours: another of the same kind and place may stand between them.
    bool is_known = false;
    for (auto other = kept.rbegin(); other != kept.rend() && key(*other) == key(diagnostic) && !is_known; ++other) {
      is_known = *other == diagnostic;
    }
    if (!is_known) {
      kept.push_back(std::move(diagnostic));
    }
  }
  diagnostics_ = std::move(kept);
}

}  // namespace plait
