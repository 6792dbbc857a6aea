// What the compiler has to say about a source file, as data.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "compiler/base/source.h"

namespace plait {

enum class DiagnosticKind {
#define X(kind, code, severity, level, summary) kind,
#include "compiler/diagnostics/kinds.def"
#undef X
};

enum class Severity { Error, Warning, Note };

/// The earliest knowledge that can decide a diagnostic.
enum class DiagnosticLevel { Source, Model, Machine };

struct DiagnosticInfo {
  DiagnosticKind kind;
  std::string_view code;
  Severity severity;
  DiagnosticLevel level;
  std::string_view summary;
};

const DiagnosticInfo& GetDiagnosticInfo(DiagnosticKind kind);
/// Every kind in the order of kinds.def.
const std::vector<DiagnosticInfo>& AllDiagnostics();
/// "error", "warning", "note".
std::string_view SeverityName(Severity severity);

/// A place in the source with a few words under its underline.
struct Label {
  Span span;
  std::string text;

  bool operator==(const Label&) const = default;
};

/// A change to the source that would mend the fault.
struct FixIt {
  /// What to do, in words: "declare `max_length: int = 128` in `Gpt2.generate`".
  std::string text;
  /// The bytes to replace and what with; the span is nowhere where the fix is only words.
  Span span;
  std::string replacement;

  bool operator==(const FixIt&) const = default;
};

struct Diagnostic {
  DiagnosticKind kind = DiagnosticKind::SyntaxError;
  Severity severity = Severity::Error;
  /// Lower case, no full stop, what was seen first; a hint stands after a semicolon.
  std::string message;
  /// The place and the words under its caret.
  Label primary;
  std::vector<Label> secondary;
  std::vector<std::string> notes;
  std::vector<FixIt> fixes;

  bool operator==(const Diagnostic&) const = default;

  // For building one in a single expression.
  Diagnostic UnderCaret(std::string text) &&;
  Diagnostic Also(const Span& span, std::string text) &&;
  Diagnostic Note(std::string text) &&;
  Diagnostic Fix(std::string text) &&;
  Diagnostic Fix(std::string text, const Span& span, std::string replacement) &&;
};

/// A diagnostic of its kind's severity; the message is formatted as fmt does.
template <class... Arguments>
Diagnostic MakeDiagnostic(DiagnosticKind kind, const Span& span, fmt::format_string<Arguments...> message, Arguments&&... arguments) {
  Diagnostic diagnostic;
  diagnostic.kind = kind;
  diagnostic.severity = GetDiagnosticInfo(kind).severity;
  diagnostic.message = fmt::format(message, std::forward<Arguments>(arguments)...);
  diagnostic.primary.span = span;
  return diagnostic;
}

bool HasErrors(std::span<const Diagnostic> diagnostics);

/// Takes diagnostics as they are found.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual void Report(Diagnostic diagnostic) = 0;
};

/// Keeps them.
class DiagnosticList : public Sink {
 public:
  void Report(Diagnostic diagnostic) override { diagnostics_.push_back(std::move(diagnostic)); }

  [[nodiscard]] const std::vector<Diagnostic>& diagnostics() const { return diagnostics_; }
  [[nodiscard]] size_t Count(Severity severity) const;
  [[nodiscard]] bool has_errors() const { return HasErrors(diagnostics_); }
  /// In order of file, place, severity; equal ones once.
  void SortAndMergeEqual();

 private:
  std::vector<Diagnostic> diagnostics_;
};

}  // namespace plait
