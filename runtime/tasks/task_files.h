// What every task opens in a model's folder before it builds the model, and the model block's options.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "compiler/base/result.h"
#include "compiler/base/value.h"
#include "runtime/models/load_options.h"
#include "runtime/tasks/encoder_batch.h"
#include "runtime/tasks/task.h"
#include "runtime/tokenizers/tokenizer.h"
#include "runtime/weights/checkpoint.h"

namespace plait {

struct TaskFiles {
  Checkpoint checkpoint;
  std::shared_ptr<const Tokenizer> tokenizer;
  /// tokenizer_config.json, an object; empty where the folder has none.
  Value tokenizer_config;
  /// Whether transformers would clean up what this tokenizer decodes.
  bool cleans_up = false;
  LoadOptions load_options;
  std::vector<DraftSource> drafts;
  const TaskModel* draft_model = nullptr;
  std::vector<std::string> prompt_starts;

  /// What messages call the model: its folder.
  [[nodiscard]] const std::string& name() const { return checkpoint.folder(); }
};

/// Fails with `model-file-missing` where tokenizer.json is not there, `plan-invalid` where an option is none, and with
/// what Checkpoint::Open and Tokenizer::Parse fail with.
Result<TaskFiles> OpenTaskFiles(const std::string& folder, const TaskModelOptions& options);

/// Fails with `tokenizer-invalid` where the tokenizer can give an id that the model has no embedding for.
Result<void> CheckVocabulary(const TaskFiles& files, int64_t model_vocab_size);

/// The smaller of the model's positions and tokenizer_config.json's `model_max_length`.
int64_t MaxTextTokens(const Value& tokenizer_config, int64_t max_positions);

}  // namespace plait
