#include "runtime/tasks/label_comparison.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include <fmt/format.h>

namespace plait {
namespace {

constexpr size_t kLinesAtOnce = 64;

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

std::vector<TextLine> LinesOf(std::string_view text) {
  std::vector<TextLine> lines;
  for (int64_t number = 1; !text.empty(); ++number) {
    const size_t length = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, length);
    text.remove_prefix(std::min(length + 1, text.size()));
    line = line.ends_with('\r') ? line.substr(0, line.size() - 1) : line;
    if (line.find_first_not_of(" \t\v\f") != std::string_view::npos) {
      lines.push_back({number, std::string(line)});
    }
  }
  return lines;
}

Result<LabelComparison> CompareLabels(const TaskModel& exact, const TaskModel& in_class, const LinesToLabel& texts,
                                      const std::function<void(int64_t done, int64_t total)>& progress, const CallContext& context) {
  LabelComparison comparison;
  for (size_t begin = 0; begin < texts.lines.size(); begin += kLinesAtOnce) {
    const std::span<const TextLine> portion = texts.lines.subspan(begin, std::min(kLinesAtOnce, texts.lines.size() - begin));
    std::vector<ValueFields> calls;
    for (const TextLine& line : portion) {
      calls.push_back(CallOf(line, texts.labels));
    }
    std::vector<Result<Value>> exact_answers = exact.Call("classify", calls, context);
    std::vector<Result<Value>> class_answers = in_class.Call("classify", calls, context);
    for (size_t i = 0; i < portion.size(); ++i) {
      for (Result<Value>* answer : {&exact_answers[i], &class_answers[i]}) {
        if (!answer->ok()) {
          return std::move(*answer)
              .error()
              .WithPlace(fmt::format("{}:{}", texts.name, portion[i].number))
              .WithNote("fix", "change the line or take it out; each line is one text");
        }
      }
      const Scores expected = ScoresIn(*exact_answers[i]);
      const Scores got = ScoresIn(*class_answers[i]);
      comparison.equal_tops += expected.top == got.top ? 1 : 0;
      for (const auto& [label, score] : expected.by_label) {
        const double difference = std::abs(score - got.by_label.at(label));
        if (difference > comparison.largest_difference) {
          comparison.largest_difference = difference;
          comparison.largest_line = portion[i].number;
        }
      }
    }
    if (progress) {
      progress(static_cast<int64_t>(begin + portion.size()), static_cast<int64_t>(texts.lines.size()));
    }
  }
  return comparison;
}

}  // namespace plait
