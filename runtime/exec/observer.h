// What a run tells whoever watches it: the steps as they end. Traces and timings are made from this.
#pragma once

#include <chrono>
#include <string>

#include "compiler/plan/plan.h"
#include "runtime/base/task_model.h"

namespace plait {

/// One stage that did work, for all its lanes.
struct StepReport {
  plan::StageId stage = 0;
  plan::StageKind kind = plan::StageKind::Call;
  /// Service.model of a call; empty for others.
  std::string model;
  std::string method;
  std::string span;
  /// How many calls ran as one batch.
  size_t lanes = 1;
  /// Threads when it began.
  int threads = 1;
  /// Which of the pool's threads led it, numbered from 0 as they appear in this run.
  int track = 0;
  std::chrono::steady_clock::time_point begin;
  std::chrono::steady_clock::time_point end;
  CallStatistics statistics;
};

/// Calls come from several threads at once.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void OnStep(const StepReport& step) = 0;
};

}  // namespace plait
