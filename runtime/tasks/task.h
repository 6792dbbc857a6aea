// What the standard library's tasks mean: a model that answers calls on plain values.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/result.h"
#include "compiler/base/value.h"
#include "runtime/base/cancellation.h"
#include "runtime/base/thread_team.h"

namespace plait {

/// What a call did, for timings and rates.
struct CallStatistics {
  int64_t prompt_tokens = 0;
  int64_t new_tokens = 0;
  /// Weights read from memory, all passes.
  int64_t bytes_streamed = 0;
  /// fp32 operations in linear layers, all passes.
  int64_t operations = 0;
};

struct CallContext {
  ThreadTeam& team;
  const Cancellation& cancellation;
  /// Seeds sampling together with the call's own `seed` argument.
  uint64_t request_seed = 0;
  CallStatistics* statistics = nullptr;  // may be null
};

/// One loaded model behind its task. Immutable; calls may come from several threads at once.
class TaskModel {
 public:
  virtual ~TaskModel() = default;

  /// Runs `method` for each set of arguments, all in one batch. Arguments stand by the method's parameter names, of the declared types, all
  /// present. One result each, in order; one text's fault is its own and leaves the others alone.
  virtual std::vector<Result<Value>> Call(std::string_view method, std::span<const ValueFields> calls,
                                          const CallContext& context) const = 0;

  [[nodiscard]] virtual bool is_stand_in() const = 0;
};

struct TaskModelOptions {
  /// The model block's options, as the plan lists them: precision, head, then the task's own.
  ValueFields options;
  /// Called with all bytes of this model's weights that are ready so far, from any thread.
  std::function<void(uint64_t bytes)> progress;
};

/// `task` is the qualified name, text.Generator; `folder` is the model's. Every failure names the file or tensor at fault.
Result<std::unique_ptr<TaskModel>> LoadTaskModel(std::string_view task, const std::string& folder, const TaskModelOptions& options,
                                                 ThreadTeam& team);

}  // namespace plait
