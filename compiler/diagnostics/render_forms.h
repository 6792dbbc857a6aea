// The forms of a rendering, one function each, and what they share.
#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/diagnostics/render.h"

namespace plait {

std::string RenderHuman(const SourceManager& sources, std::span<const Diagnostic> diagnostics, bool colour);
std::string RenderShort(const SourceManager& sources, std::span<const Diagnostic> diagnostics);
std::string RenderJson(const SourceManager& sources, std::span<const Diagnostic> diagnostics);
std::string RenderSarif(std::span<const Report> reports, std::string_view version);
std::string RenderGithub(const SourceManager& sources, std::span<const Diagnostic> diagnostics);

/// How many there are of each severity, in its order.
using DiagnosticCounts = std::array<size_t, 3>;
DiagnosticCounts CountDiagnostics(std::span<const Diagnostic> diagnostics);

/// The message, and on lines of their own the fixes and the notes: for forms that have one text a diagnostic.
std::string MessageWithHints(const Diagnostic& diagnostic);

/// A position whose column counts UTF-16 code units, as editors and web pages do. A byte that is not UTF-8 counts as one.
LineColumn Utf16Position(const SourceManager& sources, FileId file, uint32_t offset);

/// Bytes that are not UTF-8 become U+FFFD: a message may quote a file that is not.
std::string ValidUtf8(std::string_view text);

}  // namespace plait
