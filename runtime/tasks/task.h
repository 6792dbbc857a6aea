// What the standard library's tasks mean: models that are loaded from a folder and answer calls on plain values.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/drafts.h"
#include "compiler/base/result.h"
#include "compiler/base/value.h"
#include "runtime/base/task_model.h"
#include "runtime/nn/weight_reader.h"
#include "runtime/tokenizers/tokenizer_pool.h"

namespace plait {

struct TaskModelOptions {
  /// The model block's options, as the plan lists them: precision, head, then the task's own.
  ValueFields options;
  /// Where a generator's guesses come from.
  std::vector<DraftSource> drafts;
  /// What prompts of a generator are known to begin with.
  std::vector<std::string> prompt_starts;
  /// Called with all bytes of this model's weights that are ready so far, copies for drafts among them, from any thread.
  std::function<void(uint64_t bytes)> progress;
  /// Where weights that take computing are kept from one load to the next.
  WeightReader::Cache cache{};
  /// Gives the tokenizer, to be shared with other models that it was given for; without it the model has one of its own.
  TokenizerPool* tokenizers = nullptr;
  /// The smaller generator that `drafts` means, if there is one. It was loaded with the same pool and outlives this model.
  const TaskModel* draft_model = nullptr;
};

/// `task` is the qualified name, text.Generator; `folder` is the model's. Every failure names the file or tensor at fault. Fails with
/// `plan-invalid` where the draft model does not have the model's vocabulary or tokenizer.
Result<std::unique_ptr<TaskModel>> LoadTaskModel(std::string_view task, const std::string& folder, const TaskModelOptions& options,
                                                 ThreadTeam& team);

}  // namespace plait
