// text.Generator: prompts to tokens, tokens to texts, around the token loop.
#include <algorithm>
#include <cassert>
#include <new>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "compiler/base/file_system.h"
#include "runtime/base/pull.h"
#include "runtime/tasks/arguments.h"
#include "runtime/tasks/generation.h"
#include "runtime/tasks/prompt_reader.h"
#include "runtime/tasks/task_models.h"
#include "runtime/tasks/text_cleanup.h"
#include "runtime/tokenizers/growing_text.h"

namespace plait {
namespace {

class Generator : public TaskModel {
 public:
  Generator(TaskFiles files, std::unique_ptr<CausalLm> model, GenerationDefaults defaults, int64_t projection_elements,
            std::vector<ReadPrompt> prompt_starts, DraftModel draft_model)
      : files_(std::move(files)), model_(std::move(model)), defaults_(std::move(defaults)) {
    settings_.model_name = files_.name();
    settings_.decode = [this](std::span<const int32_t> tokens) { return files_.tokenizer->Decode(tokens, false); };
    settings_.projection_elements = projection_elements;
    settings_.drafts = files_.drafts;
    settings_.prompt_starts = std::move(prompt_starts);
    settings_.draft_model = std::move(draft_model);
  }

  /// What guesses for a larger model with this tokenizer. Fails with `plan-invalid` where the larger one has another, or other tokens.
  [[nodiscard]] Result<DraftModel> GuessFor(const TaskFiles& files, const CausalLm& larger, ThreadTeam& team) const;

  std::vector<Result<Value>> Call(std::string_view method, std::span<const ValueFields> calls, const CallContext& context) const override;

  Result<std::shared_ptr<ValueStream>> Open(std::string_view method, const ValueFields& call, const StreamContext& context) const override;

  [[nodiscard]] bool is_stand_in() const override { return files_.checkpoint.is_stand_in(); }

 private:
  class TextStream;

  [[nodiscard]] Result<GenerationRequest> Prepare(const ValueFields& call, std::string_view prompt) const;
  /// What is decoded with the new tokens, before them.
  static std::span<const int32_t> TokensBefore(std::string_view prompt, const GenerationRequest& request);
  [[nodiscard]] std::string TextOf(std::string_view prompt, const GenerationRequest& request, std::span<const int32_t> tokens) const;
  [[nodiscard]] std::vector<Result<std::vector<NewTokens>>> Write(std::vector<GenerationRequest> requests, const CallContext& context,
                                                                  std::optional<ReadPrompt> prompt = {}) const;
  [[nodiscard]] Value Generations(std::string_view prompt, const GenerationRequest& request, const std::vector<NewTokens>& texts) const;
  /// A call whose prompt is a stream.
  [[nodiscard]] Result<Value> CallOnStream(const ValueFields& call, const CallContext& context) const;
  /// Reads a prompt to its end.
  static Result<void> ReadAll(PromptReader& reader, ValueStream& prompt, const PullContext& context);

  [[nodiscard]] Error NoMemory() const {
    return {FailureKind::OutOfMemory, fmt::format("no memory for the keys and values of {}", files_.name()), "", {}};
  }

  TaskFiles files_;
  std::unique_ptr<CausalLm> model_;
  GenerationDefaults defaults_;
  GenerationSettings settings_;
};

Result<DraftModel> Generator::GuessFor(const TaskFiles& files, const CausalLm& larger, ThreadTeam& team) const {
  if (files.tokenizer != files_.tokenizer || larger.vocab_size() != model_->vocab_size()) {
    return Error{
        FailureKind::PlanInvalid, fmt::format("its drafts come from {}, which has another tokenizer", files_.name()), files.name(), {}}
        .WithNote("fix", "compile the graph again with these models");
  }
  DraftModel draft{model_.get(), model_->has_draft() ? WeightCopy::Draft : WeightCopy::Main, settings_.projection_elements};
  PLAIT_TRY(draft.prompt_starts, ReadPromptStarts(*model_, draft.copy, *files_.tokenizer, files.prompt_starts, team));
  return draft;
}

std::vector<Result<Value>> Generator::Call(std::string_view method, std::span<const ValueFields> calls, const CallContext& context) const {
  std::vector<Result<Value>> results(calls.size(), UnknownMethod("text.Generator", method));
  if (method != "generate") {
    return results;
  }
  std::vector<GenerationRequest> requests;
  std::vector<size_t> origins;
  for (size_t i = 0; i < calls.size(); ++i) {
    const Value& prompt = Argument(calls[i], "prompt");
    if (prompt.is_stream()) {
      results[i] = CallOnStream(calls[i], context);
      continue;
    }
    Result<GenerationRequest> request = Prepare(calls[i], prompt.AsString());
    if (!request.ok()) {
      results[i] = context.Failed(i, std::move(request).error());
      continue;
    }
    requests.push_back(*std::move(request));
    origins.push_back(i);
  }
  std::vector<Result<std::vector<NewTokens>>> written = Write(requests, context);
  for (size_t i = 0; i < written.size(); ++i) {
    if (written[i].ok()) {
      results[origins[i]] = Generations(Argument(calls[origins[i]], "prompt").AsString(), requests[i], *written[i]);
    } else {
      results[origins[i]] = std::move(written[i]).error();
    }
  }
  return results;
}

Value Generator::Generations(std::string_view prompt, const GenerationRequest& request, const std::vector<NewTokens>& texts) const {
  ValueList generations;
  for (const NewTokens& tokens : texts) {
    std::string text = std::string(prompt) + TextOf(prompt, request, tokens);
    generations.push_back(Value::Record({{"generated_text", Value::String(std::move(text))}}));
  }
  return Value::List(std::move(generations));
}

Result<Value> Generator::CallOnStream(const ValueFields& call, const CallContext& context) const {
  int64_t sequences = std::clamp(Argument(call, "num_return_sequences").AsInt(), int64_t{1}, kMaxReturnSequences);
  PromptReader reader(*model_, settings_, *files_.tokenizer, static_cast<size_t>(sequences), context.statistics);
  PLAIT_TRY_VOID(ReadAll(reader, *Argument(call, "prompt").AsStream(), {context.team, context.cancellation}));
  std::string text = reader.text();
  PLAIT_TRY(GenerationRequest request, Prepare(call, text));
  std::vector<Result<std::vector<NewTokens>>> written = Write({request}, context, std::move(reader).Take());
  PLAIT_TRY(std::vector<NewTokens> texts, std::move(written[0]));
  return Generations(text, request, texts);
}

Result<void> Generator::ReadAll(PromptReader& reader, ValueStream& prompt, const PullContext& context) {
  return Drain(prompt, context, [&](const Value& piece) { return reader.Feed(piece.AsString(), context.team); });
}

Result<GenerationRequest> Generator::Prepare(const ValueFields& call, std::string_view prompt) const {
  PLAIT_TRY(Encoding encoding, files_.tokenizer->Encode(prompt, true));
  return MakeGenerationRequest(call, std::move(encoding.input_ids), defaults_, model_->max_positions());
}

std::span<const int32_t> Generator::TokensBefore(std::string_view prompt, const GenerationRequest& request) {
  // Without a prompt the begin token is part of what the pipeline decodes.
  return prompt.empty() ? std::span<const int32_t>(request.prompt_ids) : std::span<const int32_t>();
}

/// What new tokens add to the prompt: what they decode to by themselves, as TextGenerationPipeline.postprocess.
std::string Generator::TextOf(std::string_view prompt, const GenerationRequest& request, std::span<const int32_t> tokens) const {
  const std::span<const int32_t> before = TokensBefore(prompt, request);
  std::vector<int32_t> ids(before.begin(), before.end());
  ids.insert(ids.end(), tokens.begin(), tokens.end());
  std::string text = files_.tokenizer->Decode(ids, true);
  return files_.cleans_up ? CleanUpTokenization(std::move(text)) : text;
}

std::vector<Result<std::vector<NewTokens>>> Generator::Write(std::vector<GenerationRequest> requests, const CallContext& context,
                                                             std::optional<ReadPrompt> prompt) const {
  size_t count = requests.size();
  try {
    return Generate(*model_, std::move(requests), settings_, context, std::move(prompt));
  } catch (const std::bad_alloc&) {
    return std::vector<Result<std::vector<NewTokens>>>(count, NoMemory());
  }
}

/// What a model writes, as it writes it.
class Generator::TextStream : public ValueStream {
 public:
  TextStream(const Generator& generator, ValueFields call, const StreamContext& context)
      : generator_(generator), call_(std::move(call)), context_(context) {}

  Result<std::optional<Value>> Next(const PullContext& context) override {
    try {
      return NextPiece(context);
    } catch (const std::bad_alloc&) {
      return generator_.NoMemory();
    }
  }

  void Close() override {
    batch_.reset();
    is_over_ = true;
    if (const Value& prompt = Argument(call_, "prompt"); prompt.is_stream()) {
      prompt.AsStream()->Close();
    }
  }

 private:
  /// A piece is what one more token adds to the text that no further token changes, so that the pieces do not depend on how many tokens a
  /// pass decided.
  Result<std::optional<Value>> NextPiece(const PullContext& context) {
    if (!is_over_ && batch_ == nullptr) {
      PLAIT_TRY_VOID(Begin(context));
    }
    while (!is_over_) {
      if (tokens_given_ == batch_->WrittenByFirst().size()) {
        if (batch_->is_done()) {
          PLAIT_TRY_VOID(Failure());
          Close();
          break;
        }
        PLAIT_TRY_VOID(context.cancellation.Check());
        batch_->Step(context.team);
        continue;
      }
      const std::span<const int32_t> written = batch_->WrittenByFirst();
      decoded_->Add(written[tokens_given_++]);
      const bool is_whole = tokens_given_ == written.size() && batch_->is_done() && Failure().ok();
      const std::string& text = Text();
      size_t end = is_whole ? text.size() : std::max(given_, FinalBytes(text));
      if (is_whole) {
        Close();
      }
      if (end > given_) {
        std::optional<Value> piece = Value::String(text.substr(given_, end - given_));
        given_ = end;
        return piece;
      }
    }
    return std::optional<Value>();
  }

  Result<void> Begin(const PullContext& context) {
    const Value& prompt = Argument(call_, "prompt");
    std::optional<ReadPrompt> read;
    if (prompt.is_stream()) {
      PromptReader reader(*generator_.model_, generator_.settings_, *generator_.files_.tokenizer, 1, context_.statistics);
      PLAIT_TRY_VOID(ReadAll(reader, *prompt.AsStream(), context));
      prompt_ = reader.text();
      read = std::move(reader).Take();
    } else {
      prompt_ = prompt.AsString();
    }
    PLAIT_TRY(request_, generator_.Prepare(call_, prompt_));
    decoded_.emplace(*generator_.files_.tokenizer, true);
    for (int32_t token : generator_.TokensBefore(prompt_, request_)) {
      decoded_->Add(token);
    }
    batch_ = std::make_unique<GenerationBatch>(*generator_.model_, generator_.settings_, std::vector{request_}, context_.request_seed,
                                               context_.statistics, std::move(read));
    return {};
  }

  /// What `TextOf` gives of the tokens that were given out.
  const std::string& Text() {
    return generator_.files_.cleans_up ? clean_.Update(decoded_->text(), decoded_->settled()) : decoded_->text();
  }

  [[nodiscard]] Result<void> Failure() const {
    std::vector<Result<std::vector<NewTokens>>> results = batch_->Results();
    return results[0].ok() ? Result<void>() : Result<void>(std::move(results[0]).error());
  }

  /// How much of the text no further token changes: a character whose last bytes are still to come decodes to U+FFFD, and cleaning up looks
  /// back over a few characters.
  [[nodiscard]] size_t FinalBytes(std::string_view text) const {
    constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
    constexpr size_t kLongestCleanUp = 8;
    size_t end = text.size();
    if (generator_.files_.cleans_up) {
      end -= std::min(end, kLongestCleanUp);
      while (end > 0 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) {
        --end;
      }
    }
    while (text.substr(0, end).ends_with(kReplacement)) {
      end -= kReplacement.size();
    }
    return end;
  }

  const Generator& generator_;
  ValueFields call_;
  StreamContext context_;
  std::string prompt_;
  GenerationRequest request_;
  std::unique_ptr<GenerationBatch> batch_;
  std::optional<GrowingText> decoded_;
  GrowingCleanText clean_;
  /// Tokens of the text that were given out, and the bytes of them that nothing changes any more.
  size_t tokens_given_ = 0;
  size_t given_ = 0;
  bool is_over_ = false;
};

Result<std::shared_ptr<ValueStream>> Generator::Open(std::string_view method, const ValueFields& call, const StreamContext& context) const {
  if (method != "stream") {
    return UnknownMethod("text.Generator", method);
  }
  ValueFields arguments = call;
  arguments.emplace_back("num_return_sequences", Value::Int(1));
  return std::shared_ptr<ValueStream>(std::make_shared<TextStream>(*this, std::move(arguments), context));
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
  PLAIT_TRY(std::vector<ReadPrompt> starts, ReadPromptStarts(*model, WeightCopy::Main, *files.tokenizer, files.prompt_starts, team));
  DraftModel draft_model;
  if (files.draft_model != nullptr) {
    const auto* smaller = dynamic_cast<const Generator*>(files.draft_model);
    assert(smaller != nullptr);
    PLAIT_TRY(draft_model, smaller->GuessFor(files, *model, team));
  }
  int64_t projection_elements = ProjectionElements(checkpoint.config(), model->vocab_size());
  return std::unique_ptr<TaskModel>(std::make_unique<Generator>(std::move(files), std::move(model), std::move(defaults),
                                                                projection_elements, std::move(starts), std::move(draft_model)));
}

}  // namespace plait
