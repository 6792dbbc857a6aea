// A plan with its models loaded, and the requests that run on it.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/result.h"
#include "compiler/base/value.h"
#include "compiler/plan/plan.h"
#include "runtime/base/cancellation.h"
#include "runtime/base/thread_team.h"
#include "runtime/cache/weight_cache.h"
#include "runtime/code_models/code_model.h"
#include "runtime/exec/degradation.h"
#include "runtime/exec/observer.h"

namespace plait {

struct ProgramOptions {
  /// One a model of the plan, in its order; of a model that is code its file.
  std::vector<std::string> model_folders;
  /// Load only what this entry needs; everything where empty.
  std::string only_entry;
  /// Which models that are code may run.
  CodePermission code;
  /// Threads of the pool; 0 takes what the plan was made for, never more than the machine has.
  int threads = 0;
  /// The folder of the cache of packed weights; none where empty. What it may hold, and notes, are as in WeightCache.
  WeightCache::Options cache;
  /// Called with the bytes of weights that are ready and those there are, copies for drafts among them, from any thread.
  std::function<void(uint64_t done, uint64_t total)> progress;
};

struct RunOptions {
  uint64_t seed = 0;
  Observer* observer = nullptr;
  /// Takes the pieces of an entry whose result is a stream, each when it comes; a failure that it gives ends the request with that failure.
  /// Without it the answer is a list of them.
  std::function<Result<void>(const Value& piece)> on_piece;
};

struct Answer {
  /// Null where its pieces went to `on_piece`.
  Value value;
  /// The `otherwise`s that were used for it.
  std::vector<Degradation> degraded;
};

/// Immutable; shared by all requests.
class Program {
 public:
  /// Loads the models. Errors name the model, its place in the source and its file.
  static Result<Program> Load(plan::Plan plan, const ProgramOptions& options);

  Program(Program&&) noexcept;
  Program& operator=(Program&&) noexcept;
  ~Program();

  [[nodiscard]] const plan::Plan& plan() const;
  /// The entry of that name; the only one where `name` is empty. Fails with `entry-unknown`, listing those there are.
  Result<const plan::Entry*> FindEntry(std::string_view name) const;
  /// Names of loaded models whose weights are random stand-ins.
  [[nodiscard]] std::vector<std::string> StandIns() const;
  [[nodiscard]] int threads() const;

  /// Runs one request to its end: `request` is an object of arguments by name. The deadline and the caller's wish to stop are in
  /// `cancellation`. A failure carries the place in the source of the step that failed.
  Result<Answer> Run(const plan::Entry& entry, const Value& request, const RunOptions& options, const Cancellation& cancellation) const;

 private:
  struct State;
  explicit Program(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace plait
