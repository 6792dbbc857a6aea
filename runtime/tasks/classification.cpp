#include "runtime/tasks/classification.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "compiler/base/file_system.h"

namespace plait {
namespace {

Result<std::vector<std::string>> ReadLabels(const Value& config, int64_t num_labels, const std::string& place) {
  std::vector<std::string> labels;
  for (int64_t i = 0; i < num_labels; ++i) {
    labels.push_back(fmt::format("LABEL_{}", i));
  }
  const Value* id2label = config.Field("id2label");
  if (id2label == nullptr || id2label->is_null()) {
    return labels;
  }
  if (!id2label->is_record()) {
    return Error{FailureKind::ModelConfigInvalid, fmt::format("`id2label` is {}, expected an object", id2label->KindName()), place, {}};
  }
  for (const auto& [key, label] : id2label->AsRecord()) {
    int64_t id = -1;
    auto [end, failure] = std::from_chars(key.data(), key.data() + key.size(), id);
    bool is_id = failure == std::errc() && end == key.data() + key.size() && id >= 0 && id < num_labels;
    if (!is_id || !label.is_string()) {
      return Error{FailureKind::ModelConfigInvalid,
                   fmt::format("`id2label` has {}: {}, expected names for ids below {}", QuoteJson(key), ToJson(label), num_labels),
                   place,
                   {}};
    }
    labels[static_cast<size_t>(id)] = label.AsString();
  }
  return labels;
}

Result<ScoreFunction> ReadFunction(const Value& config, int64_t num_labels, const std::string& place) {
  const Value* problem = config.Field("problem_type");
  std::string type = problem != nullptr && problem->is_string() ? problem->AsString() : "";
  if (type == "regression") {
    return ScoreFunction::None;
  }
  if (type == "multi_label_classification" || (type.empty() && num_labels == 1)) {
    return ScoreFunction::Sigmoid;
  }
  if (type == "single_label_classification" || type.empty()) {
    return num_labels == 1 ? ScoreFunction::Sigmoid : ScoreFunction::Softmax;
  }
  return Error{FailureKind::ModelConfigInvalid,
               fmt::format("`problem_type` is {}, expected `regression`, `single_label_classification` or `multi_label_classification`",
                           ToJson(*problem)),
               place,
               {}};
}

}  // namespace

Result<LabelScheme> ReadLabelScheme(const Value& config, int64_t num_labels, std::string_view folder) {
  std::string place = JoinPath(folder, "config.json");
  LabelScheme scheme;
  PLAIT_TRY(scheme.labels, ReadLabels(config, num_labels, place));
  PLAIT_TRY(scheme.function, ReadFunction(config, num_labels, place));
  return scheme;
}

std::vector<double> Softmax(std::span<const float> logits) {
  double largest = *std::max_element(logits.begin(), logits.end());
  std::vector<double> scores;
  double sum = 0;
  for (float logit : logits) {
    scores.push_back(std::exp(logit - largest));
    sum += scores.back();
  }
  for (double& score : scores) {
    score /= sum;
  }
  return scores;
}

std::vector<double> ScoresOf(std::span<const float> logits, ScoreFunction function) {
  if (function == ScoreFunction::Softmax) {
    return Softmax(logits);
  }
  std::vector<double> scores(logits.begin(), logits.end());
  if (function == ScoreFunction::Sigmoid) {
    std::transform(scores.begin(), scores.end(), scores.begin(), [](double logit) { return 1.0 / (1.0 + std::exp(-logit)); });
  }
  return scores;
}

std::vector<size_t> BestFirst(std::span<const double> scores) {
  std::vector<size_t> order(scores.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return scores[a] > scores[b]; });
  return order;
}

Value LabelList(std::span<const float> logits, const LabelScheme& scheme, std::optional<int64_t> top_k) {
  std::vector<double> scores = ScoresOf(logits, scheme.function);
  std::vector<size_t> order = BestFirst(scores);
  if (top_k && static_cast<size_t>(*top_k) < order.size()) {
    order.resize(static_cast<size_t>(*top_k));
  }
  ValueList labels;
  for (size_t index : order) {
    labels.push_back(Value::Record({{"label", Value::String(scheme.labels[index])}, {"score", Value::Float(scores[index])}}));
  }
  return Value::List(std::move(labels));
}

}  // namespace plait
