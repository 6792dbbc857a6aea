// Loading tasks and calling them, on teams of any size.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "runtime/base/pull.h"
#include "runtime/tasks/task.h"

namespace plait {

inline Result<std::unique_ptr<TaskModel>> LoadTask(std::string_view task, const std::string& folder, const TaskModelOptions& options,
                                                   int threads = 1) {
  Result<std::unique_ptr<TaskModel>> model = std::unique_ptr<TaskModel>();
  ThreadPool(threads).Run([&](ThreadTeam& team) { model = LoadTaskModel(task, folder, options, team); });
  return model;
}

inline std::vector<Result<Value>> Call(const TaskModel& model, std::string_view method, const std::vector<ValueFields>& calls,
                                       int threads = 1, uint64_t request_seed = 0, CallStatistics* statistics = nullptr) {
  std::vector<Result<Value>> results;
  Cancellation cancellation;
  ThreadPool(threads).Run([&](ThreadTeam& team) { results = model.Call(method, calls, {team, cancellation, request_seed, statistics}); });
  return results;
}

/// All that the method `stream` says.
inline std::string ReadStream(const TaskModel& model, const ValueFields& call, int threads = 1, uint64_t request_seed = 0,
                              CallStatistics* statistics = nullptr) {
  std::string text;
  Cancellation cancellation;
  ThreadPool(threads).Run([&](ThreadTeam& team) {
    Result<std::shared_ptr<ValueStream>> stream = model.Open("stream", call, {request_seed, statistics});
    REQUIRE(stream.ok());
    Result<void> drained = Drain(**stream, {team, cancellation}, [&](const Value& piece) {
      text += piece.AsString();
      return Result<void>();
    });
    REQUIRE(drained.ok());
  });
  return text;
}

}  // namespace plait
