#include "runtime/tasks/task_files.h"

#include <utility>

#include <fmt/format.h>

#include "compiler/base/file_system.h"
#include "compiler/formats/json.h"
#include "runtime/tasks/arguments.h"
#include "runtime/tasks/text_cleanup.h"

namespace plait {
namespace {

constexpr std::string_view kTokenizerFile = "tokenizer.json";
constexpr std::string_view kTokenizerConfigFile = "tokenizer_config.json";

Result<LoadOptions> ReadLoadOptions(const TaskModelOptions& options) {
  std::optional<Precision> precision = PrecisionOf(options.options);
  if (!precision) {
    const std::string found = ToJson(Argument(options.options, "precision"));
    return Error{FailureKind::PlanInvalid, fmt::format("`precision` is {}, expected `exact`, `bf16` or `int8`", found), "", {}};
  }
  LoadOptions load_options;
  load_options.precision = *precision;
  load_options.progress = options.progress;
  load_options.cache = options.cache;
  load_options.keeps_draft = Contains(options.drafts, DraftSource::Int8);
  const Value& head = Argument(options.options, "head");
  if (head.is_null()) {
    return load_options;
  }
  const Value* seed = head.Field("seed");
  if (seed == nullptr || !seed->is_int()) {
    return Error{FailureKind::PlanInvalid, fmt::format("`head` is {}, expected a record with an integer `seed`", ToJson(head)), "", {}};
  }
  load_options.random_head_seed = static_cast<uint64_t>(seed->AsInt());
  return load_options;
}

Result<Value> ReadTokenizerConfig(const FileSystem& files, const std::string& folder) {
  std::string path = JoinPath(folder, kTokenizerConfigFile);
  if (!files.IsFile(path)) {
    return Value::Record({});
  }
  PLAIT_TRY(std::string text, files.ReadFile(path));
  PLAIT_TRY(Value value, ParseJsonOfPython(text, path, FailureKind::TokenizerInvalid));
  if (!value.is_record()) {
    return Error{FailureKind::TokenizerInvalid, fmt::format("the file holds {}, expected an object", value.KindName()), path, {}};
  }
  return value;
}

/// Reads the whole tokenizer.json a second time, so only where tokenizer_config.json makes its model's type matter.
Result<bool> ReadCleansUp(const Value& tokenizer_config, std::string_view tokenizer_json, std::string_view path) {
  if (!WantsCleanUp(tokenizer_config, Value::Record({}))) {
    return false;
  }
  PLAIT_TRY(Value tokenizer, ParseJson(tokenizer_json, path, FailureKind::TokenizerInvalid));
  return WantsCleanUp(tokenizer_config, tokenizer);
}

}  // namespace

Result<TaskFiles> OpenTaskFiles(const std::string& folder, const TaskModelOptions& options) {
  PLAIT_TRY(LoadOptions load_options, ReadLoadOptions(options));
  PLAIT_TRY(Checkpoint checkpoint, Checkpoint::Open(folder));
  std::unique_ptr<FileSystem> files = MakeRealFileSystem();
  std::string path = JoinPath(folder, kTokenizerFile);
  if (!files->IsFile(path)) {
    return Error{FailureKind::ModelFileMissing, fmt::format("`{}` is missing", kTokenizerFile), folder, {}}.WithNote(
        "fix", "load the tokenizer with transformers and call `save_pretrained` on it");
  }
  PLAIT_TRY(std::string text, files->ReadFile(path));
  TokenizerPool own;
  PLAIT_TRY(std::shared_ptr<const Tokenizer> tokenizer, (options.tokenizers != nullptr ? *options.tokenizers : own).Get(text, path));
  PLAIT_TRY(Value tokenizer_config, ReadTokenizerConfig(*files, folder));
  PLAIT_TRY(bool cleans_up, ReadCleansUp(tokenizer_config, text, path));
  return TaskFiles{std::move(checkpoint),   std::move(tokenizer), std::move(tokenizer_config), cleans_up,
                   std::move(load_options), options.drafts,       options.draft_model,         options.prompt_starts};
}

Result<void> CheckVocabulary(const TaskFiles& files, int64_t model_vocab_size) {
  if (files.tokenizer->vocab_size() <= model_vocab_size) {
    return {};
  }
  return Error{FailureKind::TokenizerInvalid,
               fmt::format("the tokenizer has {} ids; the model's `vocab_size` is {}", files.tokenizer->vocab_size(), model_vocab_size),
               JoinPath(files.name(), kTokenizerFile),
               {}};
}

int64_t MaxTextTokens(const Value& tokenizer_config, int64_t max_positions) {
  const Value* length = tokenizer_config.Field("model_max_length");
  // transformers writes 1e30 for "no limit", which no 64-bit integer holds.
  if (length == nullptr || !length->is_int() || length->AsInt() < 1) {
    return max_positions;
  }
  return std::min(max_positions, length->AsInt());
}

}  // namespace plait
