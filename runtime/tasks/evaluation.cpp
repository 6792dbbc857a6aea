#include "runtime/tasks/evaluation.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "runtime/tasks/embedding_comparison.h"
#include "runtime/tasks/label_comparison.h"
#include "runtime/tasks/perplexity.h"
#include "runtime/tasks/task.h"
#include "runtime/tasks/task_files.h"

namespace plait {
namespace {

/// How the model is loaded in a precision.
TaskModelOptions OptionsIn(const EvaluatedModel& model, Precision precision) {
  TaskModelOptions in{model.options, {}, {}, {}, model.cache};
  std::erase_if(in.options, [](const auto& option) { return option.first == "precision"; });
  in.options.emplace_back("precision", Value::String(PrecisionNames()[static_cast<size_t>(precision)]));
  return in;
}

double Share(int64_t part, int64_t whole) { return static_cast<double>(part) / static_cast<double>(whole); }

Result<std::unique_ptr<CausalLm>> LoadLm(const TaskFiles& files, Precision precision, ThreadTeam& team) {
  LoadOptions options = files.load_options;
  options.precision = precision;
  PLAIT_TRY(std::unique_ptr<CausalLm> model, LoadCausalLm(files.checkpoint, options, team));
  PLAIT_TRY_VOID(CheckVocabulary(files, model->vocab_size()));
  return model;
}

Error TooShort(const EvaluationText& text, std::string_view seen, std::string_view fix) {
  return Error{FailureKind::ArgumentRange, std::string(seen), text.name, {}}.WithNote("fix", std::string(fix));
}

Result<Value> EvaluateGenerator(const EvaluatedModel& model, Precision precision, const EvaluationText& text, ThreadTeam& team,
                                const Cancellation& cancellation) {
  PLAIT_TRY(TaskFiles files, OpenTaskFiles(model.folder, OptionsIn(model, Precision::Exact)));
  PLAIT_TRY(Encoding encoding, files.tokenizer->Encode(text.text, true));
  std::vector<int32_t>& tokens = encoding.input_ids;
  tokens.resize(text.max_tokens > 0 ? std::min(tokens.size(), static_cast<size_t>(text.max_tokens)) : tokens.size());
  if (tokens.size() < 2) {
    return TooShort(
        text, fmt::format("the text has {} for {}; perplexity needs 2 at least", tokens.empty() ? "no token" : "1 token", model.folder),
        "give a longer text; some thousand tokens make a figure that can be relied on");
  }
  PLAIT_TRY(std::unique_ptr<CausalLm> exact, LoadLm(files, Precision::Exact, team));
  PLAIT_TRY(std::unique_ptr<CausalLm> in_class, LoadLm(files, precision, team));
  if (exact->max_positions() < 2) {
    return Error{FailureKind::ModelUnsupported, "the model has 1 position; perplexity needs 2 at least", model.folder, {}};
  }
  PLAIT_TRY(TextComparison compared, CompareOnText(*exact, *in_class, tokens, text.progress, team, cancellation));
  if (!std::isfinite(std::exp(std::max(compared.exact_loss, compared.class_loss)))) {
    return Error{FailureKind::Arithmetic, fmt::format("the perplexity is not finite; the model is {}", model.folder), text.name, {}};
  }
  auto of = [](const CausalLm& lm, double loss) {
    return Value::Record(
        {{"perplexity", Value::Float(std::exp(loss))}, {"bytes_per_pass", Value::Int(lm.bytes_per_pass(WeightCopy::Main))}});
  };
  return Value::Record({{"tokens", Value::Int(static_cast<int64_t>(tokens.size()))},
                        {"positions", Value::Int(exact->max_positions())},
                        {"windows", Value::Int(compared.windows)},
                        {"scored_tokens", Value::Int(compared.scored_tokens)},
                        {"equal_tops", Value::Int(compared.equal_tops)},
                        {"equal_top_share", Value::Float(Share(compared.equal_tops, compared.scored_tokens))},
                        {"mean_divergence", Value::Float(compared.divergence)},
                        {"perplexity_change", Value::Float(std::expm1(compared.class_loss - compared.exact_loss))},
                        {"exact", of(*exact, compared.exact_loss)},
                        {"in_class", of(*in_class, compared.class_loss)},
                        {"stand_in", Value::Bool(files.checkpoint.is_stand_in())}});
}

struct BothModels {
  std::unique_ptr<TaskModel> exact;
  std::unique_ptr<TaskModel> in_class;
};

Result<BothModels> LoadBoth(const EvaluatedModel& model, Precision precision, ThreadTeam& team) {
  TokenizerPool tokenizers;
  auto load_in = [&](Precision wanted) {
    TaskModelOptions options = OptionsIn(model, wanted);
    options.tokenizers = &tokenizers;
    return LoadTaskModel(model.task, model.folder, options, team);
  };
  PLAIT_TRY(std::unique_ptr<TaskModel> exact, load_in(Precision::Exact));
  PLAIT_TRY(std::unique_ptr<TaskModel> in_class, load_in(precision));
  return BothModels{std::move(exact), std::move(in_class)};
}

Result<Value> EvaluateClassifier(const EvaluatedModel& model, Precision precision, const EvaluationText& text, ThreadTeam& team,
                                 const Cancellation& cancellation) {
  const bool takes_labels = model.task == "text.ZeroShot";
  if (takes_labels && text.labels.empty()) {
    return Error{FailureKind::ArgumentRange, "text.ZeroShot chooses from labels, and none were given", "", {}};
  }
  const std::vector<TextLine> lines = LinesOf(text.text);
  if (lines.empty()) {
    return TooShort(text, "the text has no line that is not blank", "write one text to classify on each line");
  }
  PLAIT_TRY(BothModels models, LoadBoth(model, precision, team));
  const std::span<const std::string> labels = takes_labels ? std::span(text.labels) : std::span<const std::string>();
  PLAIT_TRY(LabelComparison compared,
            CompareLabels(*models.exact, *models.in_class, {{lines, text.name}, labels}, text.progress, {team, cancellation}));
  const auto count = static_cast<int64_t>(lines.size());
  return Value::Record({{"texts", Value::Int(count)},
                        {"equal_tops", Value::Int(compared.equal_tops)},
                        {"equal_top_share", Value::Float(Share(compared.equal_tops, count))},
                        {"largest_score_difference", Value::Float(compared.largest_difference)},
                        {"largest_difference_line", compared.largest_line == 0 ? Value() : Value::Int(compared.largest_line)},
                        {"stand_in", Value::Bool(models.exact->is_stand_in())}});
}

Result<Value> EvaluateEmbedder(const EvaluatedModel& model, Precision precision, const EvaluationText& text, ThreadTeam& team,
                               const Cancellation& cancellation) {
  const std::vector<TextLine> lines = LinesOf(text.text);
  if (lines.size() < 2) {
    return TooShort(
        text,
        fmt::format("the text has {} that is not blank; the nearest one is sought among 2 at least", lines.empty() ? "no line" : "1 line"),
        "write one text to embed on each line; some hundred make a figure that can be relied on");
  }
  PLAIT_TRY(BothModels models, LoadBoth(model, precision, team));
  PLAIT_TRY(EmbeddingComparison compared,
            CompareEmbeddings(*models.exact, *models.in_class, {lines, text.name}, text.progress, {team, cancellation}));
  const auto count = static_cast<int64_t>(lines.size());
  return Value::Record({{"texts", Value::Int(count)},
                        {"equal_tops", Value::Int(compared.equal_tops)},
                        {"equal_top_share", Value::Float(Share(compared.equal_tops, count))},
                        {"mean_cosine", Value::Float(compared.mean_cosine)},
                        {"least_cosine", Value::Float(compared.least_cosine)},
                        {"least_cosine_line", Value::Int(compared.least_line)},
                        {"stand_in", Value::Bool(models.exact->is_stand_in())}});
}

}  // namespace

Result<Value> EvaluateClass(const EvaluatedModel& model, Precision precision, const EvaluationText& text, ThreadTeam& team,
                            const Cancellation& cancellation) {
  if (model.task == "text.Generator") {
    return EvaluateGenerator(model, precision, text, team, cancellation);
  }
  if (model.task == "text.Classifier" || model.task == "text.ZeroShot") {
    return EvaluateClassifier(model, precision, text, team, cancellation);
  }
  if (model.task == "text.Embedder") {
    return EvaluateEmbedder(model, precision, text, team, cancellation);
  }
  return Error{FailureKind::ModelUnsupported, fmt::format("models of the task {} have no precision to compare", model.task), "", {}};
}

}  // namespace plait
