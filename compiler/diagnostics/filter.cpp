// Drops what is allowed and raises what is to be an error.
#include "compiler/diagnostics/filter.h"

#include <algorithm>

#include "compiler/base/nearest.h"

namespace plait {

std::vector<Diagnostic> Filter(std::span<const Diagnostic> diagnostics, const DiagnosticFilter& filter) {
  std::vector<Diagnostic> left;
  for (const Diagnostic& diagnostic : diagnostics) {
    if (diagnostic.severity != Severity::Error && filter.allowed.contains(diagnostic.kind)) {
      continue;
    }
    bool is_raised = filter.warnings_as_errors && diagnostic.severity == Severity::Warning;
    if (filter.only_errors && diagnostic.severity != Severity::Error && !is_raised) {
      continue;
    }
    left.push_back(diagnostic);
    left.back().severity = is_raised ? Severity::Error : diagnostic.severity;
  }
  return left;
}

AllowableKind FindAllowableKind(std::string_view code) {
  std::vector<std::string> allowable;
  bool is_error = false;
  for (const DiagnosticInfo& info : AllDiagnostics()) {
    if (info.severity == Severity::Error) {
      is_error = is_error || info.code == code;
      continue;
    }
    if (info.code == code) {
      return {info.kind, ""};
    }
    allowable.emplace_back(info.code);
  }
  std::string fault = is_error ? fmt::format("`{}` is the code of an error, and only warnings and notes can be allowed", code)
                               : fmt::format("no warning or note has the code `{}`", code);
  if (std::optional<std::string> nearest = Nearest(code, allowable)) {
    return {std::nullopt, fmt::format("{}; did you mean `{}`?", fault, *nearest)};
  }
  std::sort(allowable.begin(), allowable.end());
  return {std::nullopt, fmt::format("{}; there are {}", fault, fmt::join(allowable, ", "))};
}

}  // namespace plait
