#include "runtime/tasks/zero_shot.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "compiler/base/file_system.h"
#include "runtime/tasks/arguments.h"
#include "runtime/tasks/classification.h"

namespace plait {
namespace {

Error BadTemplate(std::string_view text, std::string_view expected) { return OutOfRange("hypothesis_template", QuoteJson(text), expected); }

bool IsEntailment(std::string_view label) {
  constexpr std::string_view kPrefix = "entail";
  return label.size() >= kPrefix.size() && std::equal(kPrefix.begin(), kPrefix.end(), label.begin(), [](char expected, char seen) {
           return expected == (seen >= 'A' && seen <= 'Z' ? static_cast<char>(seen - 'A' + 'a') : seen);
         });
}

std::optional<int64_t> EntailmentFromLabel2Id(const Value& config) {
  const Value* label2id = config.Field("label2id");
  if (label2id == nullptr || !label2id->is_record()) {
    return std::nullopt;
  }
  for (const auto& [label, id] : label2id->AsRecord()) {
    if (IsEntailment(label) && id.is_int()) {
      return id.AsInt();
    }
  }
  return std::nullopt;
}

}  // namespace

Result<HypothesisTemplate> HypothesisTemplate::Parse(std::string_view text) {
  HypothesisTemplate parsed;
  bool has_label = false;
  for (size_t i = 0; i < text.size(); ++i) {
    std::string& part = has_label ? parsed.after_ : parsed.before_;
    char next = i + 1 < text.size() ? text[i + 1] : '\0';
    if (text[i] != '{' && text[i] != '}') {
      part += text[i];
      continue;
    }
    ++i;
    if (next == text[i - 1]) {
      part += next;
    } else if (text[i - 1] == '{' && next == '}' && !has_label) {
      has_label = true;
    } else {
      return BadTemplate(text, "expected `{}` exactly once, and `{{` or `}}` for a brace of the text");
    }
  }
  if (!has_label) {
    return BadTemplate(text, "expected `{}` where the label goes");
  }
  return parsed;
}

Result<EntailmentIds> FindEntailment(const Value& config, int64_t num_labels, std::string_view folder) {
  PLAIT_TRY(LabelScheme scheme, ReadLabelScheme(config, num_labels, folder));
  std::optional<int64_t> id = EntailmentFromLabel2Id(config);
  if (!id) {
    auto found = std::find_if(scheme.labels.begin(), scheme.labels.end(), IsEntailment);
    id = found == scheme.labels.end() ? -1 : found - scheme.labels.begin();
  }
  if (*id < 0 || *id >= num_labels || num_labels < 2) {
    return Error{FailureKind::ModelUnsupported,
                 fmt::format("`label2id` has no label that begins with `entail` among {}", fmt::join(scheme.labels, ", ")),
                 JoinPath(folder, "config.json"),
                 {{"fix", "use a model trained on entailment, such as FacebookAI/roberta-large-mnli"}}};
  }
  auto entailment = static_cast<size_t>(*id);
  return EntailmentIds{entailment, entailment == 0 ? static_cast<size_t>(num_labels) - 1 : 0};
}

std::vector<double> ZeroShotScores(std::span<const std::vector<float>> logits, const EntailmentIds& ids, bool multi_label) {
  if (!multi_label && logits.size() > 1) {
    std::vector<float> entailment;
    for (const std::vector<float>& row : logits) {
      entailment.push_back(row[ids.entailment]);
    }
    return Softmax(entailment);
  }
  std::vector<double> scores;
  for (const std::vector<float>& row : logits) {
    scores.push_back(Softmax(std::array{row[ids.contradiction], row[ids.entailment]})[1]);
  }
  return scores;
}

Value ZeroShotResult(std::string_view sequence, std::span<const std::string> labels, std::span<const double> scores) {
  ValueList sorted_labels;
  ValueList sorted_scores;
  for (size_t index : BestFirst(scores)) {
    sorted_labels.push_back(Value::String(labels[index]));
    sorted_scores.push_back(Value::Float(scores[index]));
  }
  return Value::Record({{"sequence", Value::String(std::string(sequence))},
                        {"labels", Value::List(std::move(sorted_labels))},
                        {"scores", Value::List(std::move(sorted_scores))}});
}

}  // namespace plait
