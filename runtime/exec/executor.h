// Walks an entry's stage tree for one request.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include "compiler/base/result.h"
#include "compiler/plan/plan.h"
#include "runtime/exec/lanes.h"
#include "runtime/exec/observer.h"
#include "runtime/tasks/task.h"

namespace plait {

struct ExecutorOptions {
  uint64_t seed = 0;
  Observer* observer = nullptr;
};

/// All mutable state of one request.
class Executor {
 public:
  /// One loaded model per model of the plan; those that the entry does not call may be null. All references outlive the executor.
  Executor(const plan::Plan& plan, const plan::Entry& entry, std::span<const std::unique_ptr<TaskModel>> models,
           const Cancellation& cancellation, const ExecutorOptions& options);

  /// Needs one value a parameter. Runs on `team` and gives the entry's result. Of several failures the first in time is reported.
  Result<Value> Run(std::vector<Value> arguments, ThreadTeam& team);

 private:
  Result<void> RunStage(plan::StageId id, Lanes& lanes, ThreadTeam& team);
  Result<void> RunCall(plan::StageId id, Lanes& lanes, ThreadTeam& team);
  Result<void> RunCompute(const plan::Stage& stage, Lanes& lanes);
  Result<void> RunParallel(const plan::Stage& stage, Lanes& lanes, ThreadTeam& team);
  Result<void> RunMap(const plan::Stage& stage, Lanes& lanes, ThreadTeam& team);
  Result<void> RunBranch(const plan::Stage& stage, Lanes& lanes, ThreadTeam& team);

  /// The items of a map's source as lanes of their own, those that its condition keeps.
  Result<std::unique_ptr<Lanes>> ExpandMap(const plan::Stage& stage, const Lanes& lanes, ThreadTeam& team);
  /// Keeps the failure that came first and stops the branches beside it.
  void NoteFailure(const Error& error);
  int Track();

  const plan::Plan& plan_;
  const plan::Entry& entry_;
  std::span<const std::unique_ptr<TaskModel>> models_;
  /// Cancelled by the caller, by the deadline, and by the first failure.
  Cancellation cancellation_;
  ExecutorOptions options_;

  std::mutex mutex_;
  std::optional<Error> first_failure_;
  std::vector<std::thread::id> tracks_;
};

}  // namespace plait
