// Diagnostics as text: for a person, one a line for editors, and JSON for tools.
#pragma once

#include <span>
#include <string>

#include "compiler/diagnostics/diagnostic.h"

namespace plait {

enum class DiagnosticFormat { Human, Short, Json };

/// The version of the JSON form, in its `version` field.
inline constexpr int kDiagnosticJsonVersion = 1;

struct RenderOptions {
  DiagnosticFormat format = DiagnosticFormat::Human;
  bool colour = false;
};

/// All of them, with the summary line ("1 error, 1 note") at the end in the human form.
std::string RenderDiagnostics(const SourceManager& sources, std::span<const Diagnostic> diagnostics, const RenderOptions& options);

}  // namespace plait
