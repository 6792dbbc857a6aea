// The tasks' models, one a task of stdlib/text.graph.
#pragma once

#include <memory>

#include "compiler/base/result.h"
#include "compiler/base/value.h"
#include "runtime/base/thread_team.h"
#include "runtime/tasks/task.h"
#include "runtime/tasks/task_files.h"

namespace plait {

/// text.Generator. Fails, besides what OpenTaskFiles and LoadCausalLm fail with, where generation_config.json is not usable.
Result<std::unique_ptr<TaskModel>> LoadGenerator(TaskFiles files, const ValueFields& options, ThreadTeam& team);

/// text.Classifier.
Result<std::unique_ptr<TaskModel>> LoadClassifier(TaskFiles files, const ValueFields& options, ThreadTeam& team);

/// text.ZeroShot. Fails with `model-unsupported` where no label means entailment, and with `argument-range` where the option
/// `hypothesis_template` has no place for a label.
Result<std::unique_ptr<TaskModel>> LoadZeroShot(TaskFiles files, const ValueFields& options, ThreadTeam& team);

/// text.Embedder. Fails, besides what OpenTaskFiles and LoadTextEncoder fail with, as ReadSentenceFiles does.
Result<std::unique_ptr<TaskModel>> LoadEmbedder(TaskFiles files, const ValueFields& options, ThreadTeam& team);

}  // namespace plait
