// The list of tasks, and the way from a task's name to its model.
#include <array>
#include <new>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "runtime/tasks/task.h"
#include "runtime/tasks/task_models.h"

namespace plait {
namespace {

struct Task {
  std::string_view name;
  Result<std::unique_ptr<TaskModel>> (*load)(TaskFiles files, const ValueFields& options, ThreadTeam& team);
};

/// Every task that the runtime has; stdlib declares them.
constexpr std::array kTasks = {
    Task{"text.Generator", LoadGenerator},
    Task{"text.Classifier", LoadClassifier},
    Task{"text.ZeroShot", LoadZeroShot},
    Task{"text.Embedder", LoadEmbedder},
};

Error UnknownTask(std::string_view name) {
  std::array<std::string_view, kTasks.size()> names;
  for (size_t i = 0; i < kTasks.size(); ++i) {
    names[i] = kTasks[i].name;
  }
  return Error{FailureKind::ModelUnsupported,
               fmt::format("the task `{}` is not one that the runtime has: {}", name, fmt::join(names, ", ")),
               "",
               {}};
}

}  // namespace

Result<std::unique_ptr<TaskModel>> LoadTaskModel(std::string_view task, const std::string& folder, const TaskModelOptions& options,
                                                 ThreadTeam& team) {
  for (const Task& known : kTasks) {
    if (known.name == task) {
      try {
        PLAIT_TRY(TaskFiles files, OpenTaskFiles(folder, options));
        return known.load(std::move(files), options.options, team);
      } catch (const std::bad_alloc&) {
        return Error{FailureKind::OutOfMemory, "the weights do not fit in memory", folder, {}};
      }
    }
  }
  return UnknownTask(task);
}

}  // namespace plait
