// Plans for tests of the executor, from graphs, and models whose every answer is told.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/ir/text.h"
#include "compiler/passes/run_passes.h"
#include "compiler/schedule/make_plan.h"
#include "runtime/exec/executor.h"

namespace plait::tests {

inline plan::Plan PlanFor(const ir::Graph& graph, int cores) {
  PlanInputs inputs;
  inputs.machine.cores = cores;
  inputs.machine.memory = 1LL << 34;
  inputs.facts.resize(graph.models.size());
  inputs.source_digest = "sha256:0";
  SourceManager sources;
  DiagnosticList diagnostics;
  return MakePlan(graph, inputs, sources, diagnostics);
}

/// One answer of a scripted model; `x` is the call's argument of that name, `attempt` counts the calls with it from 0.
using Script = std::function<Result<Value>(const std::string& x, int attempt, const CallContext& context)>;

/// Answers each call of a batch by a script and counts them.
class ScriptedModel : public TaskModel {
 public:
  explicit ScriptedModel(Script script) : script_(std::move(script)) {}

  std::vector<Result<Value>> Call(std::string_view /*method*/, std::span<const ValueFields> calls,
                                  const CallContext& context) const override {
    std::vector<Result<Value>> answers;
    for (size_t i = 0; i < calls.size(); ++i) {
      std::string x = calls[i][0].second.AsString();
      int attempt = 0;
      {
        std::lock_guard lock(mutex_);
        attempt = counts_[x]++;
      }
      Result<Value> answer = script_(x, attempt, context);
      answers.push_back(answer.ok() ? answer : context.Failed(i, answer.error()));
    }
    std::lock_guard lock(mutex_);
    ++batches_;
    return answers;
  }

  [[nodiscard]] bool is_stand_in() const override { return false; }
  [[nodiscard]] int CountOf(const std::string& x) const {
    std::lock_guard lock(mutex_);
    auto found = counts_.find(x);
    return found == counts_.end() ? 0 : found->second;
  }
  [[nodiscard]] int batches() const { return batches_; }

 private:
  Script script_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, int> counts_;
  mutable int batches_ = 0;
};

/// What a model does whose work takes too long: it works until it is told to stop.
inline Error WorkUntilStopped(const Cancellation& cancellation) {
  while (true) {
    Result<void> stopped = cancellation.Check();
    if (!stopped.ok()) {
      return stopped.error();
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
}

inline Error WorkUntilStopped(const CallContext& context) { return WorkUntilStopped(context.cancellation); }

struct ScriptedRun {
  Result<Value> result;
  std::vector<Degradation> degraded;
  const ScriptedModel* model = nullptr;
  std::vector<std::unique_ptr<TaskModel>> models;
};

/// Runs the one entry of a graph's text with a scripted model in place of its only one.
inline ScriptedRun RunScripted(const std::string& graph_text, const std::vector<Value>& arguments, Script script,
                               const Cancellation& cancellation, int threads = 1) {
  ir::Graph graph = RunPasses(*ir::Read(graph_text), {});
  plan::Plan plan = PlanFor(graph, threads);
  ScriptedRun run{Value(), {}, nullptr, {}};
  auto model = std::make_unique<ScriptedModel>(std::move(script));
  run.model = model.get();
  run.models.push_back(std::move(model));
  Executor executor(plan, plan.entries.front(), run.models, cancellation, {});
  ThreadPool pool(threads);
  pool.Run([&](ThreadTeam& team) { run.result = executor.Run(arguments, team); });
  run.degraded = executor.TakeDegradations();
  return run;
}

}  // namespace plait::tests
