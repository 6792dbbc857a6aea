// Diagnostics for tools: one JSON object.
#include <array>

#include "compiler/base/value.h"
#include "compiler/diagnostics/render.h"
#include "compiler/diagnostics/render_forms.h"

namespace plait {

namespace {

std::string_view LevelName(DiagnosticLevel level) {
  static constexpr std::array<std::string_view, 3> kNames = {"source", "model", "machine"};
  return kNames[static_cast<size_t>(level)];
}

Value Text(std::string_view text) { return Value::String(ValidUtf8(text)); }

Value Position(const SourceManager& sources, FileId file, uint32_t offset) {
  LineColumn position = sources.Position(file, offset);
  return Value::Record({{"line", Value::Int(position.line)}, {"column", Value::Int(position.column)}, {"offset", Value::Int(offset)}});
}

/// Null where the span is nowhere.
Value Range(const SourceManager& sources, const Span& span) {
  if (!span.file.has_value()) {
    return {};
  }
  return Value::Record({{"begin", Position(sources, span.file, span.begin)}, {"end", Position(sources, span.file, span.end)}});
}

Value File(const SourceManager& sources, const Span& span) { return span.file.has_value() ? Text(sources.Path(span.file)) : Value(); }

Value Secondary(const SourceManager& sources, const Label& label) {
  return Value::Record({{"file", File(sources, label.span)}, {"range", Range(sources, label.span)}, {"label", Text(label.text)}});
}

Value Fix(const SourceManager& sources, const FixIt& fix) {
  ValueFields fields;
  fields.emplace_back("text", Text(fix.text));
  if (fix.span.file.has_value()) {
    fields.emplace_back("file", File(sources, fix.span));
    fields.emplace_back("range", Range(sources, fix.span));
    fields.emplace_back("replacement", Text(fix.replacement));
  }
  return Value::Record(std::move(fields));
}

Value Item(const SourceManager& sources, const Diagnostic& diagnostic) {
  const DiagnosticInfo& info = GetDiagnosticInfo(diagnostic.kind);
  ValueList secondary;
  for (const Label& label : diagnostic.secondary) {
    secondary.push_back(Secondary(sources, label));
  }
  ValueList notes;
  for (const std::string& note : diagnostic.notes) {
    notes.push_back(Text(note));
  }
  ValueList fixes;
  for (const FixIt& fix : diagnostic.fixes) {
    fixes.push_back(Fix(sources, fix));
  }
  return Value::Record({{"code", Text(info.code)},
                        {"severity", Text(SeverityName(diagnostic.severity))},
                        {"level", Text(LevelName(info.level))},
                        {"message", Text(diagnostic.message)},
                        {"file", File(sources, diagnostic.primary.span)},
                        {"range", Range(sources, diagnostic.primary.span)},
                        {"label", Text(diagnostic.primary.text)},
                        {"secondary", Value::List(std::move(secondary))},
                        {"notes", Value::List(std::move(notes))},
                        {"fixes", Value::List(std::move(fixes))}});
}

}  // namespace

std::string RenderJson(const SourceManager& sources, std::span<const Diagnostic> diagnostics) {
  ValueList items;
  for (const Diagnostic& diagnostic : diagnostics) {
    items.push_back(Item(sources, diagnostic));
  }
  DiagnosticCounts counts = CountDiagnostics(diagnostics);
  ValueFields count_fields;
  for (Severity severity : {Severity::Error, Severity::Warning, Severity::Note}) {
    count_fields.emplace_back(SeverityName(severity), Value::Int(static_cast<int64_t>(counts[static_cast<size_t>(severity)])));
  }
  return ToJson(Value::Record({{"version", Value::Int(kDiagnosticJsonVersion)},
                               {"diagnostics", Value::List(std::move(items))},
                               {"counts", Value::Record(std::move(count_fields))}})) +
         "\n";
}

}  // namespace plait
