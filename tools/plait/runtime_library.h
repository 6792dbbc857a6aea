// The runtime as a library that is loaded when a verb needs it: the verbs that only compile start without LibTorch.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "compiler/base/result.h"
#include "compiler/base/value.h"
#include "tools/plait/verb.h"

namespace plait {

struct RuntimeFunctions;

/// A failure as the runtime words it, already rendered.
struct RuntimeError {
  std::string code;
  std::string text;
};

struct RequestOutcome {
  /// One line of JSON, where the request succeeded.
  std::string result;
  /// The report's object: entry, seed, seconds, degraded, steps; of a stream also pieces and first_piece.
  Value report;
  std::optional<RuntimeError> error;
};

struct RequestSettings {
  std::string entry;
  std::string arguments;
  std::string arguments_name;
  uint64_t seed = 0;
  int64_t timeout_ms = 0;
  /// Whether errors are rendered with colours.
  bool colour = false;
  /// Takes the pieces of a result that is a stream, each a line of JSON; false ends the request. Without it the result is a list of them.
  std::function<bool(std::string_view piece)> on_piece;
};

/// A loaded program. Ctrl-C cancels the request that runs; a second one ends the process.
class LoadedProgram {
 public:
  LoadedProgram(LoadedProgram&&) noexcept;
  LoadedProgram& operator=(LoadedProgram&&) noexcept;
  ~LoadedProgram();

  [[nodiscard]] RequestOutcome Run(const RequestSettings& settings) const;
  [[nodiscard]] int threads() const { return threads_; }
  [[nodiscard]] const std::vector<std::string>& stand_ins() const { return stand_ins_; }

 private:
  friend struct ProgramLoader;
  LoadedProgram(const RuntimeFunctions* functions, void* program);

  const RuntimeFunctions* functions_;
  void* program_;
  int threads_ = 0;
  std::vector<std::string> stand_ins_;
};

struct LoadOutcome {
  std::optional<LoadedProgram> program;
  int exit_code = kFine;
};

/// Finds the models of a plan and loads them, with progress on a terminal. On failure everything has been printed.
/// `entry` may be empty, then every model is loaded. `threads` 0 takes what the plan was made for.
LoadOutcome LoadProgram(const World& world, const PreparedPlan& prepared, const std::string& entry, int threads, bool quiet);

/// Says once, on standard error, that some models are stand-ins.
void NoteStandIns(const World& world, const LoadedProgram& program, size_t model_count);

}  // namespace plait
