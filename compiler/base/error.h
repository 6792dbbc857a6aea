// Failures as values: what went wrong outside a source file, where, and what to do about it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace plait {

enum class FailureKind {
#define X(kind, code, summary) kind,
#include "compiler/base/failure_kinds.def"
#undef X
};

/// The stable code a user sees, e.g. `model-not-found`.
std::string_view FailureCode(FailureKind kind);

/// One line that says when the failure happens.
std::string_view FailureSummary(FailureKind kind);

/// Whether the same work may go well a moment later, so that a retry makes sense.
bool IsTransient(FailureKind kind);

/// One aligned line under an error: "looked in", "used by", "fix".
struct ErrorNote {
  std::string label;
  std::string text;

  bool operator==(const ErrorNote&) const = default;
};

/// A failure that is not a diagnostic of a source file. The message is lower case, has no full stop and begins with what was seen.
struct Error {
  FailureKind kind;
  std::string message;
  /// Where: a file with line and column, a JSON path, a span of the source. Empty where the message says it.
  std::string place;
  std::vector<ErrorNote> notes;

  bool operator==(const Error&) const = default;

  Error WithNote(std::string label, std::string text) &&;
  Error WithPlace(std::string where) &&;
};

/// The error as a person reads it: `place: error: message [code]`, then one line a note, labels aligned. Ends with a line break.
std::string RenderError(const Error& error, bool colour);

}  // namespace plait
