#include "compiler/sema/reporter.h"

#include <utility>

#include "compiler/base/nearest.h"

namespace plait::sema {

void Reporter::Report(Diagnostic diagnostic) {
  const Span& span = diagnostic.primary.span;
  if (!seen_.emplace(diagnostic.kind, span.file, span.begin, span.end).second) {
    return;
  }
  has_errors_ = has_errors_ || diagnostic.severity == Severity::Error;
  sink_.Report(std::move(diagnostic));
}

void Reporter::Unsupported(const Span& span, std::string_view construct) {
  Report(MakeDiagnostic(DiagnosticKind::Unsupported, span, "{} is part of the language, but this version does not run it", construct));
}

std::optional<std::string> Reporter::Suggest(std::string_view word, std::span<const std::string> candidates) {
  // Every two short words are near each other.
  constexpr size_t kShortest = 3;
  if (suggestions_left_ == 0 || word.size() < kShortest) {
    return std::nullopt;
  }
  --suggestions_left_;
  return Nearest(word, candidates);
}

}  // namespace plait::sema
