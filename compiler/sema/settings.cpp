#include "compiler/sema/settings.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "compiler/sema/constants.h"

namespace plait::sema {
namespace {

using ast::UnitKind;

class SettingsReader {
 public:
  SettingsReader(Program& program, ServiceId service)
      : program_(program), around_{program.services[service.index].module, service}, service_(service) {}

  void ReadResources(const ast::Config& config, const Span& span) {
    Resources& resources = program_.result.services[service_].resources;
    resources.span = span;
    for (const ast::ConfigEntry* entry : KnownEntries(program_, config, "resources", "setting", {"cpu", "memory", "gpu"})) {
      if (entry->name.text == "cpu") {
        resources.cpu = ReadCount(*entry, 1);
      } else if (entry->name.text == "memory") {
        resources.memory_bytes = ReadSize(*entry);
      } else {
        std::tie(resources.gpu_min, resources.gpu_max) = ReadCounts(*entry, 0);
      }
    }
  }

  void ReadTraffic(const ast::Config& config, const Span& span) {
    Traffic& traffic = program_.result.services[service_].traffic;
    traffic.span = span;
    for (const ast::ConfigEntry* entry : KnownEntries(program_, config, "traffic", "setting", {"timeout", "concurrency", "batch"})) {
      if (entry->name.text == "timeout") {
        traffic.timeout_ms = ReadDuration(*entry, false);
        program_.services[service_.index].timeout_span = entry->span;
      } else if (entry->name.text == "concurrency") {
        traffic.concurrency = ReadCount(*entry, 1);
      } else {
        ReadBatch(*entry, traffic);
      }
    }
  }

  void ReadScale(const ast::Config& config, const Span& span) {
    Scale& scale = program_.result.services[service_].scale;
    scale.span = span;
    for (const ast::ConfigEntry* entry : KnownEntries(program_, config, "scale", "setting", {"replicas"})) {
      std::tie(scale.replicas_min, scale.replicas_max) = ReadCounts(*entry, 1);
    }
  }

 private:
  using MaybeCount = std::optional<int64_t>;

  [[nodiscard]] const ast::Expr& ExprOf(ast::ExprId id) const { return program_.modules[around_.module].tree->exprs[id]; }

  /// The least and the greatest of a range `a..b`, of which one number is both.
  std::pair<MaybeCount, MaybeCount> ReadCounts(const ast::ConfigEntry& entry, int64_t least) {
    const auto* range = std::get_if<ast::ConfigRange>(&entry.value);
    if (range == nullptr || !range->last) {
      MaybeCount count = ReadCount(entry, least);
      return {count, count};
    }
    MaybeCount first = ReadInt(range->first, entry.name, least);
    MaybeCount last = ReadInt(*range->last, entry.name, least);
    if (first && last && *first > *last) {
      program_.reporter.Report(MakeDiagnostic(DiagnosticKind::NumberRange, entry.span, "the range {}..{} goes down", *first, *last));
    }
    return {first, last};
  }

  void ReadBatch(const ast::ConfigEntry& entry, Traffic& traffic) {
    const auto* config = std::get_if<ast::Config>(&entry.value);
    if (config == nullptr) {
      program_.reporter.Report(
          MakeDiagnostic(DiagnosticKind::TypeMismatch, entry.span, "`batch` wants a block: `{{ max: 16, wait: 5ms }}`"));
      return;
    }
    for (const ast::ConfigEntry* part : KnownEntries(program_, *config, "batch", "setting", {"max", "wait"})) {
      if (part->name.text == "max") {
        traffic.batch_max = ReadCount(*part, 1);
      } else {
        traffic.batch_wait_ms = ReadDuration(*part, true);
      }
    }
  }

  /// The one expression of an entry; neither a block nor a range.
  std::optional<ast::ExprId> ReadSingle(const ast::ConfigEntry& entry) {
    const auto* range = std::get_if<ast::ConfigRange>(&entry.value);
    if (range == nullptr || range->last) {
      program_.reporter.Report(MakeDiagnostic(DiagnosticKind::TypeMismatch, entry.span, "`{}` wants one value, found {}", entry.name.text,
                                              range == nullptr ? "a block" : "a range"));
      return std::nullopt;
    }
    return range->first.has_value() ? std::optional(range->first) : std::nullopt;
  }

  MaybeCount ReadCount(const ast::ConfigEntry& entry, int64_t least) {
    std::optional<ast::ExprId> expr = ReadSingle(entry);
    return expr ? ReadInt(*expr, entry.name, least) : std::nullopt;
  }

  MaybeCount ReadInt(ast::ExprId expr, const ast::Word& key, int64_t least) {
    if (std::holds_alternative<ast::UnitLiteral>(ExprOf(expr).node)) {
      program_.reporter.Report(
          MakeDiagnostic(DiagnosticKind::TypeMismatch, ExprOf(expr).span, "`{}` is a number without a unit", key.text));
      return std::nullopt;
    }
    Expectation want{Type::Of(TypeKind::Int), key.span, fmt::format("`{}` is `int`", key.text)};
    std::optional<Value> value = EvaluateConstant(program_, around_, expr, want);
    if (!value || !value->is_int()) {
      return std::nullopt;
    }
    if (value->AsInt() < least) {
      program_.reporter.Report(
          MakeDiagnostic(DiagnosticKind::NumberRange, ExprOf(expr).span, "`{}` is at least {}, found {}", key.text, least, value->AsInt()));
      return std::nullopt;
    }
    return value->AsInt();
  }

  std::optional<int64_t> ReadSize(const ast::ConfigEntry& entry) {
    return ReadAmountOf(entry, {UnitKind::Bytes, entry.name.text, "GiB", "4GiB"});
  }

  std::optional<int64_t> ReadDuration(const ast::ConfigEntry& entry, bool may_be_nothing) {
    return ReadAmountOf(entry, {UnitKind::Duration, entry.name.text, "s", "20s", may_be_nothing});
  }

  std::optional<int64_t> ReadAmountOf(const ast::ConfigEntry& entry, const AmountWanted& wanted) {
    std::optional<ast::ExprId> id = ReadSingle(entry);
    return id ? ReadAmount(program_, ExprOf(*id), wanted) : std::nullopt;
  }

  Program& program_;
  Surroundings around_;
  ServiceId service_;
};

}  // namespace

std::optional<int64_t> ReadAmount(Program& program, const ast::Expr& expr, const AmountWanted& wanted) {
  if (std::holds_alternative<ast::ErrorExpr>(expr.node)) {
    return std::nullopt;
  }
  const auto* unit = std::get_if<ast::UnitLiteral>(&expr.node);
  if (unit != nullptr && unit->kind == wanted.kind) {
    if (unit->amount > 0 || wanted.may_be_nothing) {
      return unit->amount;
    }
    program.reporter.Report(MakeDiagnostic(DiagnosticKind::NumberRange, expr.span, "`{}` is more than nothing", wanted.key));
    return std::nullopt;
  }
  std::string_view amount = wanted.kind == UnitKind::Bytes ? "a size with a unit" : "a duration with a unit";
  Diagnostic diagnostic = MakeDiagnostic(DiagnosticKind::TypeMismatch, expr.span, "`{}` wants {}", wanted.key, amount);
  if (const auto* number = std::get_if<ast::IntLiteral>(&expr.node)) {
    std::string replacement = fmt::format("{}{}", number->value, wanted.unit);
    diagnostic.fixes.push_back({fmt::format("write a unit: `{}`", replacement), expr.span, replacement});
  } else {
    diagnostic.fixes.push_back({fmt::format("write it like `{}`", wanted.example), {}, ""});
  }
  program.reporter.Report(std::move(diagnostic));
  return std::nullopt;
}

void ResolveSettings(Program& program, ServiceId service, const ast::Settings& settings, const Span& span) {
  switch (settings.kind) {
    case ast::SettingsKind::Resources:
      SettingsReader(program, service).ReadResources(settings.config, span);
      break;
    case ast::SettingsKind::Traffic:
      SettingsReader(program, service).ReadTraffic(settings.config, span);
      break;
    case ast::SettingsKind::Scale:
      SettingsReader(program, service).ReadScale(settings.config, span);
      break;
  }
}

namespace {

/// Whether the key is one of `known`; else `unknown-option` with the nearest.
bool CheckKey(Program& program, const ast::Word& key, std::string_view block, std::string_view noun,
              const std::vector<std::string>& known) {
  if (key.text.empty()) {
    return false;  // the parser has said what is wrong there
  }
  if (std::ranges::find(known, key.text) != known.end()) {
    return true;
  }
  Diagnostic diagnostic = MakeDiagnostic(DiagnosticKind::UnknownOption, key.span, "`{}` has no {} `{}`", block, noun, key.text);
  if (std::optional<std::string> near = program.reporter.Suggest(key.text, known)) {
    diagnostic.fixes.push_back({fmt::format("did you mean `{}`?", *near), key.span, *near});
  } else {
    diagnostic.notes.push_back(fmt::format("its {}s: {}", noun, fmt::join(known, ", ")));
  }
  program.reporter.Report(std::move(diagnostic));
  return false;
}

}  // namespace

std::vector<const ast::ConfigEntry*> KnownEntries(Program& program, const ast::Config& config, std::string_view block,
                                                  std::string_view noun, const std::vector<std::string>& known) {
  std::vector<const ast::ConfigEntry*> entries;
  for (const ast::ConfigEntry& entry : config.entries) {
    if (!CheckKey(program, entry.name, block, noun, known)) {
      continue;
    }
    auto first = std::ranges::find(entries, entry.name.text, [](const ast::ConfigEntry* other) { return other->name.text; });
    if (first == entries.end()) {
      entries.push_back(&entry);
      continue;
    }
    program.reporter.Report(MakeDiagnostic(DiagnosticKind::DuplicateName, entry.name.span, "`{}` is set twice", entry.name.text)
                                .Also((*first)->name.span, "first set here"));
  }
  return entries;
}

}  // namespace plait::sema
