// Diagnostics as SARIF 2.1.0, which code scanners and editors read:
// https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html (the numbers below are its sections).
#include <map>
#include <set>

#include <llvm/ADT/StringExtras.h>

#include "compiler/base/value.h"
#include "compiler/diagnostics/explain.h"
#include "compiler/diagnostics/render_forms.h"

namespace plait {

namespace {

Value Text(std::string_view text) { return Value::String(ValidUtf8(text)); }

/// A message: `{` and `}` are doubled, as single ones stand around the numbers of arguments (3.11.5).
Value Message(std::string_view text) {
  std::string escaped;
  for (char c : ValidUtf8(text)) {
    escaped += c == '{' || c == '}' ? std::string(2, c) : std::string(1, c);
  }
  return Value::Record({{"text", Value::String(std::move(escaped))}});
}

/// What a page says of itself has no arguments, and is shown as it stands.
Value Page(std::string_view text) { return Value::Record({{"text", Text(text)}, {"markdown", Text(text)}}); }

std::string_view LevelOf(Severity severity) {
  return severity == Severity::Error ? "error" : (severity == Severity::Warning ? "warning" : "note");
}

/// A path as a URI reference (RFC 3986): absolute ones with their scheme, relative ones relative to where the command ran.
std::string UriOf(std::string_view path) {
  static constexpr std::string_view kPlain = "-._~/!$&'()*+,;=@";
  std::string uri = path.starts_with('/') ? "file://" : "";
  for (char c : path) {
    bool is_plain = llvm::isAlnum(c) || kPlain.find(c) != std::string_view::npos;
    uri += is_plain ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return uri;
}

/// Lines and columns are 1-based, the column of the end is the one behind the last character (3.30).
Value Region(const SourceManager& sources, const Span& span) {
  LineColumn begin = Utf16Position(sources, span.file, span.begin);
  LineColumn end = Utf16Position(sources, span.file, span.end);
  return Value::Record({{"startLine", Value::Int(begin.line)},
                        {"startColumn", Value::Int(begin.column)},
                        {"endLine", Value::Int(end.line)},
                        {"endColumn", Value::Int(end.column)}});
}

Value Artifact(const SourceManager& sources, const Span& span) {
  return Value::Record({{"uri", Value::String(UriOf(sources.Path(span.file)))}});
}

/// The fields of a location; the label is its message where it has words.
ValueFields Location(const SourceManager& sources, const Label& label) {
  ValueFields fields = {
      {"physicalLocation", Value::Record({{"artifactLocation", Artifact(sources, label.span)}, {"region", Region(sources, label.span)}})}};
  if (!label.text.empty()) {
    fields.emplace_back("message", Message(label.text));
  }
  return fields;
}

Value Fix(const SourceManager& sources, const FixIt& fix) {
  Value replacement =
      Value::Record({{"deletedRegion", Region(sources, fix.span)}, {"insertedContent", Value::Record({{"text", Text(fix.replacement)}})}});
  Value change = Value::Record({{"artifactLocation", Artifact(sources, fix.span)}, {"replacements", Value::List({replacement})}});
  return Value::Record({{"description", Message(fix.text)}, {"artifactChanges", Value::List({change})}});
}

class SarifRenderer {
 public:
  void Add(const Report& report) {
    for (const Diagnostic& diagnostic : report.diagnostics) {
      Value result = Result(report.sources, diagnostic);
      // Files that were checked one by one may share a module, whose faults are reported with each.
      if (known_.insert(ToJson(result)).second) {
        results_.push_back(std::move(result));
      }
    }
  }

  std::string Finish(std::string_view version) && {
    ValueFields driver = {{"name", Text("plait")}};
    if (!version.empty()) {
      driver.emplace_back("version", Text(version));
    }
    driver.emplace_back("rules", Value::List(std::move(rules_)));
    Value run = Value::Record({{"tool", Value::Record({{"driver", Value::Record(std::move(driver))}})},
                               {"columnKind", Text("utf16CodeUnits")},
                               {"results", Value::List(std::move(results_))}});
    return ToJson(Value::Record({{"$schema", Text("https://json.schemastore.org/sarif-2.1.0.json")},
                                 {"version", Text("2.1.0")},
                                 {"runs", Value::List({std::move(run)})}}),
                  {true}) +
           "\n";
  }

 private:
  /// The index of a kind's rule, which is added where it is new.
  size_t RuleOf(DiagnosticKind kind) {
    auto [known, is_new] = rule_indices_.try_emplace(kind, rules_.size());
    if (is_new) {
      const DiagnosticInfo& info = GetDiagnosticInfo(kind);
      ValueFields fields = {{"id", Text(info.code)},
                            {"shortDescription", Value::Record({{"text", Text(info.summary)}})},
                            {"defaultConfiguration", Value::Record({{"level", Text(LevelOf(info.severity))}})}};
      if (std::optional<Explanation> explanation = Explain(info.code)) {
        fields.emplace_back("help", Page(explanation->page));
      }
      rules_.push_back(Value::Record(std::move(fields)));
    }
    return known->second;
  }

  Value Result(const SourceManager& sources, const Diagnostic& diagnostic) {
    ValueFields fields = {{"ruleId", Text(GetDiagnosticInfo(diagnostic.kind).code)},
                          {"ruleIndex", Value::Int(static_cast<int64_t>(RuleOf(diagnostic.kind)))},
                          {"level", Text(LevelOf(diagnostic.severity))},
                          {"message", Message(MessageWithHints(diagnostic))}};
    if (diagnostic.primary.span.file.has_value()) {
      fields.emplace_back("locations", Value::List({Value::Record(Location(sources, diagnostic.primary))}));
    }
    ValueList related;
    for (const Label& label : diagnostic.secondary) {
      if (label.span.file.has_value()) {
        ValueFields location = {{"id", Value::Int(static_cast<int64_t>(related.size()))}};
        for (auto& field : Location(sources, label)) {
          location.push_back(std::move(field));
        }
        related.push_back(Value::Record(std::move(location)));
      }
    }
    ValueList fixes;
    for (const FixIt& fix : diagnostic.fixes) {
      // One that is only words stands in the message: a fix needs a change (3.55.3).
      if (fix.span.file.has_value()) {
        fixes.push_back(Fix(sources, fix));
      }
    }
    if (!related.empty()) {
      fields.emplace_back("relatedLocations", Value::List(std::move(related)));
    }
    if (!fixes.empty()) {
      fields.emplace_back("fixes", Value::List(std::move(fixes)));
    }
    return Value::Record(std::move(fields));
  }

  std::map<DiagnosticKind, size_t> rule_indices_;
  ValueList rules_;
  ValueList results_;
  /// The results as text.
  std::set<std::string> known_;
};

}  // namespace

std::string RenderSarif(std::span<const Report> reports, std::string_view version) {
  SarifRenderer renderer;
  for (const Report& report : reports) {
    renderer.Add(report);
  }
  return std::move(renderer).Finish(version);
}

}  // namespace plait
