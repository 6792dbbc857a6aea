#include "runtime/tasks/label_comparison.h"

#include <cmath>
#include <map>
#include <utility>

namespace plait {
namespace {

ValueFields CallOf(const TextLine& line, std::span<const std::string> labels) {
  ValueFields call = {{"text", Value::String(line.text)}};
  if (!labels.empty()) {
    ValueList candidates;
    for (const std::string& label : labels) {
      candidates.push_back(Value::String(label));
    }
    call.emplace_back("candidate_labels", Value::List(std::move(candidates)));
  }
  return call;
}

struct Scores {
  std::string top;
  std::map<std::string, double> by_label;
};

/// Of a [text.Label] or a text.ZeroShotResult, best first.
Scores ScoresIn(const Value& answer) {
  Scores scores;
  auto add = [&](const Value& label, const Value& score) {
    scores.top = scores.by_label.empty() ? label.AsString() : scores.top;
    scores.by_label.emplace(label.AsString(), score.AsFloat());
  };
  if (answer.is_list()) {
    for (const Value& label : answer.AsList()) {
      add(*label.Field("label"), *label.Field("score"));
    }
    return scores;
  }
  const ValueList& labels = answer.Field("labels")->AsList();
  for (size_t i = 0; i < labels.size(); ++i) {
    add(labels[i], answer.Field("scores")->AsList()[i]);
  }
  return scores;
}

}  // namespace

Result<LabelComparison> CompareLabels(const TaskModel& exact, const TaskModel& in_class, const LinesToLabel& texts,
                                      const LineProgress& progress, const CallContext& context) {
  LabelComparison comparison;
  auto take = [&](const TextLine& line, const Value& exact_answer, const Value& class_answer) -> Result<void> {
    const Scores expected = ScoresIn(exact_answer);
    const Scores got = ScoresIn(class_answer);
    comparison.equal_tops += expected.top == got.top ? 1 : 0;
    for (const auto& [label, score] : expected.by_label) {
      const double difference = std::abs(score - got.by_label.at(label));
      if (difference > comparison.largest_difference) {
        comparison.largest_difference = difference;
        comparison.largest_line = line.number;
      }
    }
    return {};
  };
  auto call_of = [&](const TextLine& line) { return CallOf(line, texts.labels); };
  PLAIT_TRY_VOID(AskOfLines(exact, in_class, texts.texts, {"classify", call_of, take}, progress, context));
  return comparison;
}

}  // namespace plait
