// Which diagnostics are shown and how heavily they weigh, as the user asks for it.
#pragma once

#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/diagnostics/diagnostic.h"

namespace plait {

struct DiagnosticFilter {
  /// Warnings and notes of these kinds are dropped. What is an error stays one: `--strict` makes an error of a warning.
  std::set<DiagnosticKind> allowed;
  /// The warnings that are left weigh as errors.
  bool warnings_as_errors = false;
  /// Warnings and notes that are left are dropped.
  bool only_errors = false;
};

/// What is left, in the order given.
std::vector<Diagnostic> Filter(std::span<const Diagnostic> diagnostics, const DiagnosticFilter& filter);

/// The kind that a code names, or in words why it cannot be allowed: there is no such code, or it is an error's.
struct AllowableKind {
  std::optional<DiagnosticKind> kind;
  std::string fault;
};
AllowableKind FindAllowableKind(std::string_view code);

}  // namespace plait
