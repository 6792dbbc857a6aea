#include "runtime/base/thread_team.h"

#include <algorithm>
#include <atomic>
#include <cassert>
#include <chrono>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace plait {
namespace {

/// How long a thread that has nothing to do keeps looking before it sleeps: longer than the gaps within a token loop, where
/// waking from sleep would cost more than the loop itself, and short enough that an idle process burns nothing.
constexpr std::chrono::microseconds kSpinTime(100);

void Pause() {
#if defined(__x86_64__)
  _mm_pause();
#endif
}

/// Waits busily until `done()` or until the spin time is over; says which.
template <class Done>
bool SpinUntil(const Done& done) {
  constexpr int kLooksPerClockReading = 64;
  auto give_up = std::chrono::steady_clock::now() + kSpinTime;
  do {
    for (int look = 0; look < kLooksPerClockReading; ++look) {
      if (done()) {
        return true;
      }
      Pause();
    }
  } while (std::chrono::steady_clock::now() < give_up);
  return done();
}

class Job {
 public:
  virtual ~Job() = default;
  virtual void Run() = 0;
};

/// A pool's thread as the others see it. One job at most waits for it, put there by the leader of the team it is in.
class alignas(64) Worker {
 public:
  void Post(Job* job) {
    job_.store(job);
    Ring();
  }

  /// Takes back a job that the thread has not begun; says whether that worked.
  bool Withdraw(Job* job) { return job_.compare_exchange_strong(job, nullptr); }

  /// Makes the thread look again at its job and at whatever it serves until.
  void Ring() {
    bell_.fetch_add(1);
    bell_.notify_one();
  }

  /// Runs the jobs that come until `done()`. Only this worker's own thread calls it.
  template <class Done>
  void ServeUntil(const Done& done) {
    while (true) {
      uint32_t heard = bell_.load();
      if (Job* job = job_.exchange(nullptr)) {
        job->Run();
        continue;
      }
      if (done()) {
        return;
      }
      if (!SpinUntil([&] { return bell_.load() != heard; })) {
        bell_.wait(heard);
      }
    }
  }

 private:
  std::atomic<Job*> job_ = nullptr;
  std::atomic<uint32_t> bell_ = 0;
};

/// A reference to the caller's body: nothing is allocated for a loop.
using LoopBody = llvm::function_ref<void(int64_t begin, int64_t end)>;

/// A parallel loop: members take ranges until none is left, each an even share of what is left. So few hand-overs are needed, each walks
/// through memory in long stretches, and the end is even.
class Loop : public Job {
 public:
  Loop(int64_t count, int64_t grain, int members, LoopBody body)
      : count_(count), grain_(grain), members_(members), body_(body), helpers_at_work_(members - 1) {}

  void Run() override {
    TakeRanges();
    HelperLeaves();
  }

  void HelperLeaves() { helpers_at_work_.fetch_sub(1, std::memory_order_release); }

  void TakeRanges() {
    int64_t begin = next_.load(std::memory_order_relaxed);
    while (begin < count_) {
      int64_t grains_left = (count_ - begin + grain_ - 1) / grain_;
      int64_t end = std::min(count_, begin + grain_ * std::max<int64_t>(1, grains_left / members_));
      if (next_.compare_exchange_weak(begin, end, std::memory_order_relaxed)) {
        body_(begin, end);
        begin = next_.load(std::memory_order_relaxed);
      }
    }
  }

  void WaitForHelpers() {
    auto all_left = [this] { return helpers_at_work_.load(std::memory_order_acquire) == 0; };
    while (!SpinUntil(all_left)) {
      // The helper that is still at work may need this very core.
      std::this_thread::yield();
    }
  }

 private:
  const int64_t count_;
  const int64_t grain_;
  const int members_;
  LoopBody body_;
  std::atomic<int64_t> next_ = 0;
  std::atomic<int> helpers_at_work_;
};

class RunQueue;

/// What a caller from outside the pool wants run by the first worker.
class RunJob : public Job {
 public:
  RunJob(const std::function<void(ThreadTeam&)>& body, ThreadTeam& team, RunQueue& queue) : body_(body), team_(team), queue_(queue) {}

  void Run() override;

  void Wait() {
    done_->wait(false);
    if (thrown_) {
      std::rethrow_exception(thrown_);
    }
  }

 private:
  const std::function<void(ThreadTeam&)>& body_;
  ThreadTeam& team_;
  RunQueue& queue_;
  std::exception_ptr thrown_;
  /// Outlives the job, because it is still rung when the caller may already have gone on.
  std::shared_ptr<std::atomic<bool>> done_ = std::make_shared<std::atomic<bool>>(false);
};

/// The callers' jobs, in the order in which they came, of which the first runs. The first worker goes from one to the next without waiting
/// for a caller to wake.
class RunQueue {
 public:
  explicit RunQueue(Worker& first) : first_(first) {}

  void Add(RunJob& job) {
    std::lock_guard lock(mutex_);
    jobs_.push_back(&job);
    if (jobs_.size() == 1) {
      first_.Post(&job);
    }
  }

  /// The first job has run. Only the first worker calls it.
  void Next() {
    std::lock_guard lock(mutex_);
    jobs_.pop_front();
    if (!jobs_.empty()) {
      first_.Post(jobs_.front());
    }
  }

 private:
  Worker& first_;
  std::mutex mutex_;
  std::deque<RunJob*> jobs_;
};

void RunJob::Run() {
  try {
    body_(team_);
  } catch (...) {
    thrown_ = std::current_exception();
  }
  // The job may be gone as soon as the flag is set, and so may the pool once no job is left.
  const std::shared_ptr<std::atomic<bool>> done = done_;
  queue_.Next();
  done->store(true);
  done->notify_one();
}

/// What the branches of one `Fork` share: who is done, and whose threads go where.
class ForkState {
 public:
  ForkState(const std::vector<ThreadTeam::Branch>& branches, Worker* leader)
      : slots_(branches.size()), pending_(static_cast<int>(branches.size())), leader_(leader) {
    for (size_t i = 0; i < branches.size(); ++i) {
      slots_[i].yields_to = branches[i].yields_to;
    }
  }

  /// The threads given to a branch since it last asked.
  std::vector<Worker*> TakeNewcomers(int branch) {
    Slot& slot = slots_[static_cast<size_t>(branch)];
    if (!slot.has_newcomers.load(std::memory_order_acquire)) {
      return {};
    }
    std::lock_guard lock(mutex_);
    slot.has_newcomers.store(false, std::memory_order_relaxed);
    return std::exchange(slot.newcomers, {});
  }

  /// The branch is over and `members` go to the branch it yields to. The caller may touch nothing of this fork afterwards.
  void Finish(int branch, const std::vector<Worker*>& members) {
    {
      std::lock_guard lock(mutex_);
      Slot& slot = slots_[static_cast<size_t>(branch)];
      slot.finished = true;
      if (Slot* heir = Heir(slot)) {
        heir->newcomers.insert(heir->newcomers.end(), members.begin(), members.end());
        heir->newcomers.insert(heir->newcomers.end(), slot.newcomers.begin(), slot.newcomers.end());
        heir->has_newcomers.store(true, std::memory_order_release);
      }
    }
    Worker* leader = leader_;
    if (pending_.fetch_sub(1) == 1) {
      leader->Ring();
    }
  }

  [[nodiscard]] bool all_finished() const { return pending_.load() == 0; }

 private:
  struct Slot {
    std::optional<int> yields_to;
    std::vector<Worker*> newcomers;
    std::atomic<bool> has_newcomers = false;
    bool finished = false;
  };

  /// The first unfinished branch along the chain of yields, if there is one.
  Slot* Heir(const Slot& from) {
    const Slot* slot = &from;
    // A chain longer than the number of branches goes round in a circle of finished ones.
    for (size_t hop = 0; hop < slots_.size() && slot->yields_to; ++hop) {
      Slot* next = &slots_[static_cast<size_t>(*slot->yields_to)];
      if (!next->finished) {
        return next;
      }
      slot = next;
    }
    return nullptr;
  }

  std::mutex mutex_;
  std::vector<Slot> slots_;
  std::atomic<int> pending_;
  Worker* leader_;
};

}  // namespace

struct ThreadTeam::State {
  /// The leader first.
  std::vector<Worker*> members;
  /// The fork that this team is a branch of, if it is one.
  ForkState* fork = nullptr;
  int branch = 0;

  class BranchJob;
};

/// One branch of a fork, run by its leader.
class ThreadTeam::State::BranchJob : public Job {
 public:
  BranchJob(const std::function<void(ThreadTeam&)>& body, std::unique_ptr<State> state) : body_(body), team_(std::move(state)) {}

  void Run() override {
    body_(team_);
    State& state = *team_.state_;
    state.fork->Finish(state.branch, state.members);
  }

 private:
  const std::function<void(ThreadTeam&)>& body_;
  ThreadTeam team_;
};

ThreadTeam::ThreadTeam(std::unique_ptr<State> state) : state_(std::move(state)) {}
ThreadTeam::~ThreadTeam() = default;

int ThreadTeam::size() const { return static_cast<int>(state_->members.size()); }

void ThreadTeam::ParallelFor(int64_t count, int64_t grain, LoopBody body) {
  assert(grain > 0);
  if (count <= 0) {
    return;
  }
  if (size() == 1 || count <= grain) {
    body(0, count);
    return;
  }
  Loop loop(count, grain, size(), body);
  for (size_t i = 1; i < state_->members.size(); ++i) {
    state_->members[i]->Post(&loop);
  }
  loop.TakeRanges();
  for (size_t i = 1; i < state_->members.size(); ++i) {
    // A helper that has not begun by now would find nothing left; waiting for it to wake would only cost time.
    if (state_->members[i]->Withdraw(&loop)) {
      loop.HelperLeaves();
    }
  }
  loop.WaitForHelpers();
}

void ThreadTeam::Fork(std::vector<Branch> branches) {
  if (branches.empty()) {
    return;
  }
  Worker* leader = state_->members.front();
  ForkState fork(branches, leader);
  std::vector<std::unique_ptr<State::BranchJob>> jobs;
  std::vector<Worker*> branch_leaders;
  auto next_member = state_->members.begin();
  for (size_t i = 0; i < branches.size(); ++i) {
    assert(branches[i].threads >= 1 && branches[i].threads <= state_->members.end() - next_member);
    auto team = std::make_unique<State>();
    team->members.assign(next_member, next_member + branches[i].threads);
    team->fork = &fork;
    team->branch = static_cast<int>(i);
    next_member += branches[i].threads;
    branch_leaders.push_back(team->members.front());
    jobs.push_back(std::make_unique<State::BranchJob>(branches[i].body, std::move(team)));
  }
  for (size_t i = 1; i < jobs.size(); ++i) {
    branch_leaders[i]->Post(jobs[i].get());
  }
  jobs.front()->Run();
  // This thread may by now be a helper of a sibling, until that one is done.
  leader->ServeUntil([&fork] { return fork.all_finished(); });
}

void ThreadTeam::AdmitMembers() {
  if (state_->fork == nullptr) {
    return;
  }
  std::vector<Worker*> newcomers = state_->fork->TakeNewcomers(state_->branch);
  state_->members.insert(state_->members.end(), newcomers.begin(), newcomers.end());
}

struct ThreadPool::State {
  explicit State(int size) : workers(static_cast<size_t>(size)), queue(workers.front()) {}

  std::vector<Worker> workers;
  std::vector<std::thread> threads;
  std::atomic<bool> stopping = false;
  RunQueue queue;
};

ThreadPool::ThreadPool(int threads, const std::function<void()>& thread_start) : state_(std::make_unique<State>(std::max(1, threads))) {
  for (Worker& worker : state_->workers) {
    state_->threads.emplace_back([&worker, &stopping = state_->stopping, thread_start] {
      if (thread_start) {
        thread_start();
      }
      worker.ServeUntil([&stopping] { return stopping.load(); });
    });
  }
}

ThreadPool::~ThreadPool() {
  state_->stopping.store(true);
  for (Worker& worker : state_->workers) {
    worker.Ring();
  }
  for (std::thread& thread : state_->threads) {
    thread.join();
  }
}

int ThreadPool::size() const { return static_cast<int>(state_->workers.size()); }

void ThreadPool::Run(const std::function<void(ThreadTeam&)>& body) {
  auto team_state = std::make_unique<ThreadTeam::State>();
  for (Worker& worker : state_->workers) {
    team_state->members.push_back(&worker);
  }
  ThreadTeam team(std::move(team_state));
  RunJob job(body, team, state_->queue);
  state_->queue.Add(job);
  job.Wait();
}

}  // namespace plait
