// text.ZeroShot: texts and labels to pairs, logits to scores, around the encoder.
#include <algorithm>
#include <optional>
#include <utility>

#include "runtime/tasks/arguments.h"
#include "runtime/tasks/encoder_batch.h"
#include "runtime/tasks/task_models.h"
#include "runtime/tasks/text_cut.h"
#include "runtime/tasks/zero_shot.h"

namespace plait {
namespace {

constexpr std::string_view kDefaultTemplate = "This example is {}.";

using Logits = std::vector<Result<std::vector<float>>>;

class ZeroShot : public TaskModel {
 public:
  ZeroShot(TaskFiles files, std::unique_ptr<SequenceClassifier> model, HypothesisTemplate hypothesis, EntailmentIds ids)
      : files_(std::move(files)),
        model_(std::move(model)),
        hypothesis_(std::move(hypothesis)),
        ids_(ids),
        max_tokens_(MaxTextTokens(files_.tokenizer_config, model_->max_positions())) {}

  std::vector<Result<Value>> Call(std::string_view method, std::span<const ValueFields> calls, const CallContext& context) const override;

  [[nodiscard]] bool is_stand_in() const override { return files_.checkpoint.is_stand_in(); }

 private:
  /// One pair a candidate label.
  [[nodiscard]] Result<std::vector<Encoding>> Prepare(const ValueFields& call) const;
  [[nodiscard]] Result<Encoding> Pair(const std::string& text, std::span<const int32_t> text_ids, const std::string& label) const;
  [[nodiscard]] Result<Value> Answer(const ValueFields& call, std::span<Result<std::vector<float>>> logits) const;

  TaskFiles files_;
  std::unique_ptr<SequenceClassifier> model_;
  HypothesisTemplate hypothesis_;
  EntailmentIds ids_;
  int64_t max_tokens_;
};

std::vector<Result<Value>> ZeroShot::Call(std::string_view method, std::span<const ValueFields> calls, const CallContext& context) const {
  std::vector<Result<Value>> results(calls.size(), UnknownMethod("text.ZeroShot", method));
  if (method != "classify") {
    return results;
  }
  std::vector<Encoding> pairs;
  std::vector<std::optional<size_t>> first_pair(calls.size());
  for (size_t i = 0; i < calls.size(); ++i) {
    Result<std::vector<Encoding>> own = Prepare(calls[i]);
    if (!own.ok()) {
      results[i] = context.Failed(i, std::move(own).error());
      continue;
    }
    first_pair[i] = pairs.size();
    std::move(own->begin(), own->end(), std::back_inserter(pairs));
  }
  Logits logits = RunEncoder(*model_, pairs, files_.name(), context);
  for (size_t i = 0; i < calls.size(); ++i) {
    if (first_pair[i]) {
      size_t count = Argument(calls[i], "candidate_labels").AsList().size();
      results[i] = Answer(calls[i], std::span(logits).subspan(*first_pair[i], count));
    }
  }
  return results;
}

Result<std::vector<Encoding>> ZeroShot::Prepare(const ValueFields& call) const {
  const ValueList& labels = Argument(call, "candidate_labels").AsList();
  if (labels.empty()) {
    return OutOfRange("candidate_labels", "empty", "expected at least one label");
  }
  const std::string& text = Argument(call, "text").AsString();
  PLAIT_TRY(Encoding alone, files_.tokenizer->Encode(text, false));
  std::vector<Encoding> pairs;
  for (const Value& label : labels) {
    PLAIT_TRY(Encoding pair, Pair(text, alone.input_ids, label.AsString()));
    pairs.push_back(std::move(pair));
  }
  return pairs;
}

Result<Encoding> ZeroShot::Pair(const std::string& text, std::span<const int32_t> text_ids, const std::string& label) const {
  PLAIT_TRY(Encoding pair, files_.tokenizer->EncodePair(text, hypothesis_.With(label), true));
  pair = TruncateFirst(std::move(pair), text_ids, static_cast<size_t>(max_tokens_));
  PLAIT_TRY_VOID(CheckTextLength(pair, model_->max_positions()));
  return pair;
}

Result<Value> ZeroShot::Answer(const ValueFields& call, std::span<Result<std::vector<float>>> logits) const {
  std::vector<std::vector<float>> rows;
  std::vector<std::string> labels;
  const ValueList& candidates = Argument(call, "candidate_labels").AsList();
  for (size_t i = 0; i < logits.size(); ++i) {
    PLAIT_TRY(std::vector<float> row, std::move(logits[i]));
    rows.push_back(std::move(row));
    labels.push_back(candidates[i].AsString());
  }
  const Value& multi_label = Argument(call, "multi_label");
  std::vector<double> scores = ZeroShotScores(rows, ids_, !multi_label.is_null() && multi_label.AsBool());
  return ZeroShotResult(Argument(call, "text").AsString(), labels, scores);
}

}  // namespace

Result<std::unique_ptr<TaskModel>> LoadZeroShot(TaskFiles files, const ValueFields& options, ThreadTeam& team) {
  const Value& text = Argument(options, "hypothesis_template");
  PLAIT_TRY(HypothesisTemplate hypothesis, HypothesisTemplate::Parse(text.is_string() ? text.AsString() : kDefaultTemplate));
  PLAIT_TRY(std::unique_ptr<SequenceClassifier> model, LoadSequenceClassifier(files.checkpoint, files.load_options, team));
  PLAIT_TRY_VOID(CheckVocabulary(files, model->vocab_size()));
  PLAIT_TRY(EntailmentIds ids, FindEntailment(files.checkpoint.config(), model->num_labels(), files.name()));
  return std::unique_ptr<TaskModel>(std::make_unique<ZeroShot>(std::move(files), std::move(model), std::move(hypothesis), ids));
}

}  // namespace plait
