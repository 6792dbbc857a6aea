// Walks an entry's stage tree for one request.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <thread>
#include <vector>

#include <llvm/ADT/STLFunctionalExtras.h>

#include "compiler/base/result.h"
#include "compiler/plan/plan.h"
#include "runtime/base/task_model.h"
#include "runtime/exec/call_memo.h"
#include "runtime/exec/degradation.h"
#include "runtime/exec/lanes.h"
#include "runtime/exec/observer.h"
#include "runtime/exec/scope.h"

namespace plait {

struct ExecutorOptions {
  uint64_t seed = 0;
  Observer* observer = nullptr;
  /// Takes the pieces of an entry whose result is a stream, as they come, on the thread that runs the request; a failure that it gives ends
  /// the request with that failure. Without it the result is a list of them.
  std::function<Result<void>(Value piece)> on_piece;
};

/// All mutable state of one request. A failure is that of a lane in a scope: outside guards there is one scope with one lane, so the first
/// failure in time ends the request; inside, lanes fail one by one and the guard says what becomes of them.
class Executor {
 public:
  /// One loaded model per model of the plan; those that the entry does not call may be null. All references outlive the executor.
  Executor(const plan::Plan& plan, const plan::Entry& entry, std::span<const std::unique_ptr<TaskModel>> models,
           const Cancellation& cancellation, const ExecutorOptions& options);

  /// Needs one value a parameter. Runs on `team` and gives the entry's result, null where its pieces went to `on_piece`. Of several
  /// failures the first in time is reported, others in its notes. Once an executor.
  Result<Value> Run(std::vector<Value> arguments, ThreadTeam& team);

  /// After a run: what it did without, by the guards' places.
  [[nodiscard]] std::vector<Degradation> TakeDegradations();

 private:
  /// Lanes by their index.
  using LaneList = std::vector<uint32_t>;

  void RunStage(plan::StageId id, Lanes& lanes, ThreadTeam& team, Scope& scope);
  void RunCall(plan::StageId id, Lanes& lanes, ThreadTeam& team, Scope& scope);
  void RunCompute(const plan::Stage& stage, Lanes& lanes, Scope& scope);
  void RunParallel(const plan::Stage& stage, Lanes& lanes, ThreadTeam& team, Scope& scope);
  void RunMap(const plan::Stage& stage, Lanes& lanes, ThreadTeam& team, Scope& scope);
  void RunBranch(const plan::Stage& stage, Lanes& lanes, ThreadTeam& team, Scope& scope);
  void RunGuard(const plan::Stage& stage, Lanes& lanes, ThreadTeam& team, Scope& scope);
  void RunLoop(const plan::Stage& stage, Lanes& lanes, ThreadTeam& team, Scope& scope);
  void RunStream(const plan::Stage& stage, Lanes& lanes, ThreadTeam& team, Scope& scope);

  class CallStream;
  class EachStream;
  /// A call stage whose calls begin now and run as they are read.
  void OpenCalls(plan::StageId id, Lanes& lanes, Scope& scope);
  /// A map over the pieces of a stream, which it gives as a stream or takes in.
  void RunEach(const plan::Stage& stage, Lanes& lanes, ThreadTeam& team, Scope& scope);
  /// Gives the pieces of the entry's result to the caller.
  void Reply(const Lanes& lanes, ThreadTeam& team, Scope& scope);

  /// The items of a map's source as lanes of their own, those that its condition keeps.
  std::unique_ptr<Lanes> ExpandMap(const plan::Stage& stage, const Lanes& lanes, ThreadTeam& team, Scope& scope);
  /// Those of `items` for which the stage's condition holds, with the values of its item and index, as lanes within `outer`.
  std::unique_ptr<Lanes> Keep(const plan::Stage& stage, const Lanes& outer, Lanes& items, ThreadTeam& team, Scope& scope);
  /// One attempt of a guard for some of its lanes. Returns by position in `pending` what failed; what went well is written to `column`.
  std::vector<std::optional<Error>> Attempt(const plan::Stage& stage, const Lanes& lanes, const LaneList& pending, ThreadTeam& team,
                                            Scope& scope, std::vector<Value>& column);

  /// The arguments of a call stage, by lane, and the lanes for which they could be computed.
  LaneList ArgumentsOf(const plan::Stage& stage, Lanes& lanes, Scope& scope, std::vector<ValueFields>& arguments);

  struct PendingCall;
  /// Makes a call's lanes fail.
  using FailCall = llvm::function_ref<void(PendingCall& call, const Error& error)>;
  /// Runs those calls of a batch that nobody has made yet, joins those that somebody is making. A call that fails before the others are
  /// done is told to `fail` at once.
  void Complete(plan::StageId id, std::vector<PendingCall>& calls, FailCall fail, ThreadTeam& team, Scope& scope);
  /// Runs the calls in passes of at most as many as the model's `batch` allows.
  void RunPasses(plan::StageId id, std::span<PendingCall* const> calls, FailCall fail, ThreadTeam& team, Scope& scope);
  void CallModel(plan::StageId id, std::span<PendingCall* const> calls, FailCall fail, ThreadTeam& team, Scope& scope);

  static LaneList AliveLanes(const Lanes& lanes, const Scope& scope);
  /// Evaluates an expression for some lanes and writes the values to `column`, by lane. Returns the lanes for which it did not fail.
  LaneList Evaluate(const plan::Stage& stage, const plan::Expr& expr, const Lanes& lanes, const LaneList& which, Scope& scope,
                    std::vector<Value>& column);
  /// The same for a condition: returns the lanes for which it holds.
  LaneList Holds(const plan::Stage& stage, const plan::Expr& expr, const Lanes& lanes, const LaneList& which, Scope& scope,
                 LaneList* others = nullptr);
  /// Whether there is nothing to do or the work is to stop; the lanes then have failed where the reason lies.
  bool MustStop(const Lanes& lanes, const LaneList& which, Scope& scope, const plan::Stage* call = nullptr);
  /// The error with the place and the name of the call that failed.
  [[nodiscard]] Error InCall(Error error, const plan::Stage& call) const;
  /// A lane's failure where that is its own, else that of whatever stopped it.
  static void FailLane(Scope& scope, uint32_t lane, Error error);
  static bool ReadFirst(Value& stream, uint32_t lane, ThreadTeam& team, Scope& scope);
  void NoteDegradation(const plan::Stage& guard, const Error& cause);
  int Track();

  const plan::Plan& plan_;
  const plan::Entry& entry_;
  std::span<const std::unique_ptr<TaskModel>> models_;
  /// Cancelled by the caller and by the request's deadline.
  const Cancellation& cancellation_;
  ExecutorOptions options_;
  CallMemo memo_;

  /// The pieces of a result that nobody takes one by one.
  ValueList pieces_;
  bool has_replied_ = false;

  std::mutex mutex_;
  std::vector<Degradation> degradations_;
  std::vector<std::thread::id> tracks_;
};

}  // namespace plait
