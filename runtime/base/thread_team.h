// The machine's cores as teams of threads. A pool owns one thread a core and nothing else in the project starts a computing
// thread, so there are never more of them than cores; a stage computes only on the team that it was given.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include <llvm/ADT/STLFunctionalExtras.h>

namespace plait {

class ThreadPool;

/// A leader (the thread that runs the stage) and the helpers that its loops may use. Only the leader calls these functions.
class ThreadTeam {
 public:
  ThreadTeam(const ThreadTeam&) = delete;
  ThreadTeam& operator=(const ThreadTeam&) = delete;
  ~ThreadTeam();

  /// How many threads a loop uses now, the leader included.
  [[nodiscard]] int size() const;

  /// Calls `body(begin, end)` on disjoint ranges that cover [0, count), on all members, and returns when all are done.
  /// Ranges are multiples of `grain` but for the last. Which thread takes which range is not defined: a body must give
  /// the same bits however the ranges fall. `body` must not throw and must not call back into the team.
  void ParallelFor(int64_t count, int64_t grain, llvm::function_ref<void(int64_t begin, int64_t end)> body);

  struct Branch {
    int threads = 1;
    std::function<void(ThreadTeam&)> body;
    /// The index of the branch that this one's threads join when it is done; they join at that branch's next `AdmitMembers`.
    std::optional<int> yields_to;
  };
  /// Runs the branches at the same time on disjoint teams made of this team's members and returns when all are done.
  /// The branches' threads add up to at most `size()`; bodies must not throw.
  void Fork(std::vector<Branch> branches);

  /// Takes in threads that finished siblings gave to this team. Called where a change of size is cheap: between tokens.
  void AdmitMembers();

 private:
  friend class ThreadPool;
  struct State;
  explicit ThreadTeam(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

class ThreadPool {
 public:
  /// `threads` is at least 1. Each starts with `thread_start`, where a caller sets what is per thread (LibTorch's own thread count).
  explicit ThreadPool(int threads, const std::function<void()>& thread_start = {});
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  [[nodiscard]] int size() const;

  /// Runs `body` on a team of all the pool's threads; the calling thread sleeps meanwhile. Calls from several threads take turns, in the
  /// order in which they came. An exception that `body` throws is rethrown here.
  void Run(const std::function<void(ThreadTeam&)>& body);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace plait
