// The three forms of a rendering, one function each.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>

#include "compiler/diagnostics/diagnostic.h"

namespace plait {

std::string RenderHuman(const SourceManager& sources, std::span<const Diagnostic> diagnostics, bool colour);
std::string RenderShort(const SourceManager& sources, std::span<const Diagnostic> diagnostics);
std::string RenderJson(const SourceManager& sources, std::span<const Diagnostic> diagnostics);

/// How many there are of each severity, in its order.
using DiagnosticCounts = std::array<size_t, 3>;
DiagnosticCounts CountDiagnostics(std::span<const Diagnostic> diagnostics);

}  // namespace plait
