// Diagnostics as text: for a person, one a line for editors, and for tools as JSON, SARIF and GitHub's workflow commands.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "compiler/diagnostics/diagnostic.h"

namespace plait {

enum class DiagnosticFormat { Human, Short, Json, Sarif, Github };

/// "human", "short", "json", "sarif", "github"; nothing for another name.
std::optional<DiagnosticFormat> DiagnosticFormatFromName(std::string_view name);
/// "human, short, json, sarif or github"
std::string DiagnosticFormatNames();

/// The version of the JSON form, in its `version` field.
inline constexpr int kDiagnosticJsonVersion = 1;

struct RenderOptions {
  DiagnosticFormat format = DiagnosticFormat::Human;
  bool colour = false;
  /// Of the program that reports, for SARIF.
  std::string_view version = "";
};

/// What one compilation reported, and the sources that its places are in.
struct Report {
  const SourceManager& sources;
  std::span<const Diagnostic> diagnostics;
};

/// All of them: SARIF as one run, the other forms one report after the other. In the human form each report ends with a summary line
/// ("1 error, 1 note").
std::string RenderDiagnostics(std::span<const Report> reports, const RenderOptions& options);
/// One report.
std::string RenderDiagnostics(const SourceManager& sources, std::span<const Diagnostic> diagnostics, const RenderOptions& options);

}  // namespace plait
