// text.Generator: prompts to tokens, tokens to texts, around the token loop.
#include <new>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "compiler/base/file_system.h"
#include "runtime/tasks/arguments.h"
#include "runtime/tasks/generation.h"
#include "runtime/tasks/task_models.h"
#include "runtime/tasks/text_cleanup.h"

namespace plait {
namespace {

class Generator : public TaskModel {
 public:
  Generator(TaskFiles files, std::unique_ptr<CausalLm> model, GenerationDefaults defaults, int64_t projection_elements)
      : files_(std::move(files)), model_(std::move(model)), defaults_(std::move(defaults)) {
    settings_.model_name = files_.name();
    settings_.decode = [this](std::span<const int32_t> tokens) { return files_.tokenizer.Decode(tokens, false); };
    settings_.projection_elements = projection_elements;
  }

  std::vector<Result<Value>> Call(std::string_view method, std::span<const ValueFields> calls, const CallContext& context) const override;

  [[nodiscard]] bool is_stand_in() const override { return files_.checkpoint.is_stand_in(); }

 private:
  [[nodiscard]] Result<GenerationRequest> Prepare(const ValueFields& call) const;
  [[nodiscard]] std::string TextOf(const ValueFields& call, const GenerationRequest& request, const NewTokens& tokens) const;
  [[nodiscard]] std::vector<Result<std::vector<NewTokens>>> Write(std::span<const GenerationRequest> requests,
                                                                  const CallContext& context) const;

  TaskFiles files_;
  std::unique_ptr<CausalLm> model_;
  GenerationDefaults defaults_;
  GenerationSettings settings_;
};

std::vector<Result<Value>> Generator::Call(std::string_view method, std::span<const ValueFields> calls, const CallContext& context) const {
  std::vector<Result<Value>> results(calls.size(), UnknownMethod("text.Generator", method));
  if (method != "generate") {
    return results;
  }
  std::vector<GenerationRequest> requests;
  std::vector<size_t> origins;
  for (size_t i = 0; i < calls.size(); ++i) {
    Result<GenerationRequest> request = Prepare(calls[i]);
    if (!request.ok()) {
      results[i] = std::move(request).error();
      continue;
    }
    requests.push_back(*std::move(request));
    origins.push_back(i);
  }
  std::vector<Result<std::vector<NewTokens>>> written = Write(requests, context);
  for (size_t i = 0; i < written.size(); ++i) {
    if (!written[i].ok()) {
      results[origins[i]] = std::move(written[i]).error();
      continue;
    }
    ValueList texts;
    for (const NewTokens& tokens : *written[i]) {
      texts.push_back(Value::Record({{"generated_text", Value::String(TextOf(calls[origins[i]], requests[i], tokens))}}));
    }
    results[origins[i]] = Value::List(std::move(texts));
  }
  return results;
}

Result<GenerationRequest> Generator::Prepare(const ValueFields& call) const {
  PLAIT_TRY(Encoding encoding, files_.tokenizer.Encode(Argument(call, "prompt").AsString(), true));
  return MakeGenerationRequest(call, std::move(encoding.input_ids), defaults_, model_->max_positions());
}

/// The prompt as it was given, then what the new tokens decode to by themselves, as TextGenerationPipeline.postprocess.
std::string Generator::TextOf(const ValueFields& call, const GenerationRequest& request, const NewTokens& tokens) const {
  const std::string& prompt = Argument(call, "prompt").AsString();
  std::vector<int32_t> ids = tokens;
  if (prompt.empty()) {
    // Without a prompt the begin token is part of what the pipeline decodes.
    ids.insert(ids.begin(), request.prompt_ids.begin(), request.prompt_ids.end());
  }
  std::string text = files_.tokenizer.Decode(ids, true);
  return prompt + (files_.cleans_up ? CleanUpTokenization(std::move(text)) : text);
}

std::vector<Result<std::vector<NewTokens>>> Generator::Write(std::span<const GenerationRequest> requests,
                                                             const CallContext& context) const {
  try {
    return Generate(*model_, requests, settings_, context);
  } catch (const std::bad_alloc&) {
    Error error{FailureKind::OutOfMemory, fmt::format("no memory for the keys and values of {}", files_.name()), "", {}};
    return std::vector<Result<std::vector<NewTokens>>>(requests.size(), error);
  }
}

/// Multiplications of the projection onto the vocabulary, which only tokens whose logits are asked for go through.
int64_t ProjectionElements(const Value& config, int64_t vocab_size) {
  for (std::string_view key : {"hidden_size", "n_embd"}) {
    const Value* hidden_size = config.Field(key);
    if (hidden_size != nullptr && hidden_size->is_int()) {
      return vocab_size * hidden_size->AsInt();
    }
  }
  return 0;
}

Result<void> CheckTokenIds(const GenerationDefaults& defaults, int64_t vocab_size, const std::string& folder) {
  if (defaults.bos_token_id.value_or(0) < vocab_size) {
    return {};
  }
  return Error{FailureKind::ModelConfigInvalid,
               fmt::format("`bos_token_id` is {}; the model's `vocab_size` is {}", *defaults.bos_token_id, vocab_size),
               folder,
               {}};
}

}  // namespace

Result<std::unique_ptr<TaskModel>> LoadGenerator(TaskFiles files, const ValueFields& /*options*/, ThreadTeam& team) {
  const Checkpoint& checkpoint = files.checkpoint;
  PLAIT_TRY(GenerationDefaults defaults, ReadGenerationDefaults(checkpoint.generation_config(), checkpoint.config(), checkpoint.folder()));
  PLAIT_TRY(std::unique_ptr<CausalLm> model, LoadCausalLm(checkpoint, files.load_options, team));
  PLAIT_TRY_VOID(CheckVocabulary(files, model->vocab_size()));
  PLAIT_TRY_VOID(CheckTokenIds(defaults, model->vocab_size(), checkpoint.folder()));
  int64_t projection_elements = ProjectionElements(checkpoint.config(), model->vocab_size());
  return std::unique_ptr<TaskModel>(
      std::make_unique<Generator>(std::move(files), std::move(model), std::move(defaults), projection_elements));
}

}  // namespace plait
