// Chooses the form of a rendering; what the forms share.
#include "compiler/diagnostics/render.h"

#include <array>
#include <utility>

#include <llvm/Support/JSON.h>

#include "compiler/diagnostics/render_forms.h"

namespace plait {

namespace {

constexpr std::array<std::pair<std::string_view, DiagnosticFormat>, 5> kFormats = {{{"human", DiagnosticFormat::Human},
                                                                                    {"short", DiagnosticFormat::Short},
                                                                                    {"json", DiagnosticFormat::Json},
                                                                                    {"sarif", DiagnosticFormat::Sarif},
                                                                                    {"github", DiagnosticFormat::Github}}};

std::string RenderOne(const Report& report, const RenderOptions& options) {
  switch (options.format) {
    case DiagnosticFormat::Human:
      return RenderHuman(report.sources, report.diagnostics, options.colour);
    case DiagnosticFormat::Short:
      return RenderShort(report.sources, report.diagnostics);
    case DiagnosticFormat::Json:
      return RenderJson(report.sources, report.diagnostics);
    case DiagnosticFormat::Sarif:
      return RenderSarif(std::span(&report, 1), options.version);
    case DiagnosticFormat::Github:
      return RenderGithub(report.sources, report.diagnostics);
  }
  return "";
}

/// How many bytes the character at the start of `text` has; 1 for a byte that begins none.
size_t CharacterBytes(std::string_view text) {
  auto lead = static_cast<unsigned char>(text[0]);
  size_t bytes = lead >= 0xF0 ? 4 : (lead >= 0xE0 ? 3 : (lead >= 0xC0 ? 2 : 1));
  return llvm::json::isUTF8(llvm::StringRef(text.substr(0, bytes))) ? bytes : 1;
}

}  // namespace

std::optional<DiagnosticFormat> DiagnosticFormatFromName(std::string_view name) {
  for (const auto& [format_name, format] : kFormats) {
    if (format_name == name) {
      return format;
    }
  }
  return std::nullopt;
}

std::string DiagnosticFormatNames() {
  std::string names;
  for (const auto& [name, format] : kFormats) {
    std::string_view before = names.empty() ? "" : (name == kFormats.back().first ? " or " : ", ");
    names += fmt::format("{}{}", before, name);
  }
  return names;
}

std::string RenderDiagnostics(std::span<const Report> reports, const RenderOptions& options) {
  if (options.format == DiagnosticFormat::Sarif) {
    return RenderSarif(reports, options.version);
  }
  std::string text;
  for (const Report& report : reports) {
    text += RenderOne(report, options);
  }
  return text;
}

std::string RenderDiagnostics(const SourceManager& sources, std::span<const Diagnostic> diagnostics, const RenderOptions& options) {
  return RenderOne({sources, diagnostics}, options);
}

DiagnosticCounts CountDiagnostics(std::span<const Diagnostic> diagnostics) {
  DiagnosticCounts counts{};
  for (const Diagnostic& diagnostic : diagnostics) {
    ++counts[static_cast<size_t>(diagnostic.severity)];
  }
  return counts;
}

std::string MessageWithHints(const Diagnostic& diagnostic) {
  std::string text = diagnostic.message;
  for (const FixIt& fix : diagnostic.fixes) {
    text += fmt::format("\nfix: {}", fix.text);
  }
  for (const std::string& note : diagnostic.notes) {
    text += fmt::format("\nnote: {}", note);
  }
  return text;
}

LineColumn Utf16Position(const SourceManager& sources, FileId file, uint32_t offset) {
  LineColumn position = sources.Position(file, offset);
  std::string_view before = sources.Text(file).substr(offset - (position.column - 1), position.column - 1);
  position.column = 1;
  while (!before.empty()) {
    size_t bytes = CharacterBytes(before);
    position.column += bytes == 4 ? 2 : 1;
    before.remove_prefix(bytes);
  }
  return position;
}

std::string ValidUtf8(std::string_view text) {
  llvm::StringRef bytes(text.data(), text.size());
  return llvm::json::isUTF8(bytes) ? std::string(text) : llvm::json::fixUTF8(bytes);
}

}  // namespace plait
