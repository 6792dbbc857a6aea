// text.Classifier: texts to tokens, logits to labels, around the encoder.
#include <optional>
#include <utility>

#include "runtime/tasks/arguments.h"
#include "runtime/tasks/classification.h"
#include "runtime/tasks/encoder_batch.h"
#include "runtime/tasks/prepared_calls.h"
#include "runtime/tasks/task_models.h"

namespace plait {
namespace {

class Classifier : public TaskModel {
 public:
  Classifier(TaskFiles files, std::unique_ptr<SequenceClassifier> model, LabelScheme scheme)
      : files_(std::move(files)), model_(std::move(model)), scheme_(std::move(scheme)) {}

  std::vector<Result<Value>> Call(std::string_view method, std::span<const ValueFields> calls, const CallContext& context) const override;

  [[nodiscard]] bool is_stand_in() const override { return files_.checkpoint.is_stand_in(); }

 private:
  [[nodiscard]] Result<Encoding> Prepare(const ValueFields& call) const;

  TaskFiles files_;
  std::unique_ptr<SequenceClassifier> model_;
  LabelScheme scheme_;
};

std::vector<Result<Value>> Classifier::Call(std::string_view method, std::span<const ValueFields> calls, const CallContext& context) const {
  std::vector<Result<Value>> results(calls.size(), UnknownMethod("text.Classifier", method));
  if (method != "classify") {
    return results;
  }
  const auto [texts, origins] = PrepareCalls<Encoding>(calls, context, results, [this](const ValueFields& call) { return Prepare(call); });
  std::vector<Result<std::vector<float>>> logits = RunEncoder(*model_, texts, files_.name(), context);
  for (size_t i = 0; i < logits.size(); ++i) {
    if (!logits[i].ok()) {
      results[origins[i]] = std::move(logits[i]).error();
      continue;
    }
    results[origins[i]] = LabelList(*logits[i], scheme_, IntArgument(calls[origins[i]], "top_k"));
  }
  return results;
}

Result<Encoding> Classifier::Prepare(const ValueFields& call) const {
  PLAIT_TRY_VOID(CheckAtLeast("top_k", IntArgument(call, "top_k").value_or(1), 1));
  PLAIT_TRY(Encoding text, files_.tokenizer->Encode(Argument(call, "text").AsString(), true));
  PLAIT_TRY_VOID(CheckTextLength(text, model_->max_positions()));
  return text;
}

}  // namespace

Result<std::unique_ptr<TaskModel>> LoadClassifier(TaskFiles files, const ValueFields& /*options*/, ThreadTeam& team) {
  PLAIT_TRY(std::unique_ptr<SequenceClassifier> model, LoadSequenceClassifier(files.checkpoint, files.load_options, team));
  PLAIT_TRY_VOID(CheckVocabulary(files, model->vocab_size()));
  PLAIT_TRY(LabelScheme scheme, ReadLabelScheme(files.checkpoint.config(), model->num_labels(), files.name()));
  return std::unique_ptr<TaskModel>(std::make_unique<Classifier>(std::move(files), std::move(model), std::move(scheme)));
}

}  // namespace plait
