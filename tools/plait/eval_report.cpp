#include "tools/plait/eval_report.h"

#include <charconv>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "compiler/formats/json.h"
#include "compiler/schedule/model_sizes.h"

namespace plait {
namespace {

constexpr double kPercent = 100;

double Number(const Value& figures, std::string_view name) { return figures.Field(name)->AsNumber(); }
int64_t Count(const Value& figures, std::string_view name) { return figures.Field(name)->AsInt(); }
std::string_view Text(const Value& figures, std::string_view name) { return figures.Field(name)->AsString(); }
bool IsGenerator(const Value& figures) { return Text(figures, "task") == "text.Generator"; }
bool IsEmbedder(const Value& figures) { return Text(figures, "task") == "text.Embedder"; }

/// What the share of equal ones is a share of.
std::string_view Tops(const Value& figures) {
  return IsGenerator(figures) ? "likeliest tokens" : IsEmbedder(figures) ? "nearest texts" : "best labels";
}

std::string Change(double fraction) { return fmt::format("{:+.3f} %", kPercent * fraction); }

/// Five digits or all before the point; powers of ten where there are too many to read.
std::string Perplexity(double value) {
  constexpr double kGroupedFrom = 1e4;
  constexpr double kTooLarge = 1e15;
  return value < kGroupedFrom || value >= kTooLarge ? fmt::format("{:.5g}", value) : Grouped(std::llround(value));
}

std::string Line(std::string_view what, std::string_view exact, std::string_view in_class, std::string_view change = "") {
  std::string line = fmt::format("  {:<24}{:>12}  {:>12}  {:>11}", what, exact, in_class, change);
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

std::string Fact(std::string_view what, std::string_view value) { return fmt::format("  {:<26}{}\n", what, value); }

std::string Agreement(const Value& figures, std::string_view of) {
  return Fact(fmt::format("equal {}", Tops(figures)), fmt::format("{:.2f} %  ({} of {})", kPercent * Number(figures, "equal_top_share"),
                                                                  Grouped(Count(figures, "equal_tops")), Grouped(Count(figures, of))));
}

std::string GeneratorText(const Value& figures) {
  const Value& exact = *figures.Field("exact");
  const Value& in_class = *figures.Field("in_class");
  const int64_t windows = Count(figures, "windows");
  std::string text = fmt::format("{} tokens, {} scored, in {} window{} of up to {} tokens\n", Grouped(Count(figures, "tokens")),
                                 Grouped(Count(figures, "scored_tokens")), Grouped(windows), windows == 1 ? "" : "s",
                                 Grouped(Count(figures, "positions")));
  text += Line("", "exact", Text(figures, "precision"), "change");
  text += Line("perplexity", Perplexity(Number(exact, "perplexity")), Perplexity(Number(in_class, "perplexity")),
               Change(Number(figures, "perplexity_change")));
  const int64_t exact_bytes = Count(exact, "bytes_per_pass");
  const int64_t class_bytes = Count(in_class, "bytes_per_pass");
  text += Line("weights that a pass reads", schedule::MemoryText(exact_bytes), schedule::MemoryText(class_bytes),
               fmt::format("{:+.1f} %", kPercent * (static_cast<double>(class_bytes) / static_cast<double>(exact_bytes) - 1)));
  text += Agreement(figures, "scored_tokens");
  text += Fact("mean KL divergence", fmt::format("{:.3g} nats", Number(figures, "mean_divergence")));
  return text;
}

/// Of a task whose texts are lines.
std::string LinesText(const Value& figures) {
  const int64_t texts = Count(figures, "texts");
  std::string text = fmt::format("{} text{}, {} against exact\n", Grouped(texts), texts == 1 ? "" : "s", Text(figures, "precision"));
  text += Agreement(figures, "texts");
  if (IsEmbedder(figures)) {
    text += Fact("mean cosine", fmt::format("{:.6f}", Number(figures, "mean_cosine")));
    text += Fact("least cosine", fmt::format("{:.6f}  (line {})", Number(figures, "least_cosine"), Count(figures, "least_cosine_line")));
    return text;
  }
  const Value& line = *figures.Field("largest_difference_line");
  text += Fact("largest score difference", fmt::format("{:.3g}{}", Number(figures, "largest_score_difference"),
                                                       line.is_int() ? fmt::format("  (line {})", line.AsInt()) : ""));
  return text;
}

}  // namespace

std::string Grouped(int64_t count) {
  std::string text = fmt::format("{}", count);
  for (auto place = static_cast<int64_t>(text.size()) - 3; place > 0; place -= 3) {
    text.insert(static_cast<size_t>(place), 1, ',');
  }
  return text;
}

std::string EvaluationText(const Value& figures) {
  return fmt::format("{}   {}, {}; {}", Text(figures, "model"), Text(figures, "task"), Text(figures, "source"),
                     IsGenerator(figures) ? GeneratorText(figures) : LinesText(figures));
}

std::string EvaluationJson(std::string_view text_name, std::span<const Value> models) {
  return ToJson(Value::Record({{"version", Value::Int(1)},
                               {"text", Value::String(std::string(text_name))},
                               {"models", Value::List(ValueList(models.begin(), models.end()))}}),
                {true}) +
         "\n";
}

std::string BrokenBound(const Value& figures, const QualityBounds& bounds) {
  const std::string subject = fmt::format("{} in {}", Text(figures, "model"), Text(figures, "precision"));
  if (IsGenerator(figures) && bounds.max_perplexity_change && Number(figures, "perplexity_change") > *bounds.max_perplexity_change) {
    return fmt::format("{}: perplexity changes by {}, more than the {:+.6g} % of `--max-perplexity-change`", subject,
                       Change(Number(figures, "perplexity_change")), kPercent * *bounds.max_perplexity_change);
  }
  if (bounds.min_agreement && Number(figures, "equal_top_share") < *bounds.min_agreement) {
    return fmt::format("{}: {:.3f} % of the {} agree with exact, fewer than the {:.6g} % of `--min-agreement`", subject,
                       kPercent * Number(figures, "equal_top_share"), Tops(figures), kPercent * *bounds.min_agreement);
  }
  return "";
}

std::optional<double> ParsePercentage(std::string_view text) {
  if (!text.ends_with('%')) {
    return std::nullopt;
  }
  text.remove_suffix(1);
  double value = 0;
  const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (fault != std::errc() || end != text.data() + text.size() || !(value >= 0) || !std::isfinite(value)) {
    return std::nullopt;
  }
  return value / kPercent;
}

}  // namespace plait
