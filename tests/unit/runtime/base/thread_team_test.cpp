// Thread teams: loops cover their range once, branches run side by side, and threads move to the sibling they were promised to.
#include "runtime/base/thread_team.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

namespace plait {
namespace {

using namespace std::chrono_literals;

void CheckCoversOnce(ThreadTeam& team, int64_t count, int64_t grain) {
  std::vector<std::atomic<int>> visits(static_cast<size_t>(count));
  std::atomic<bool> aligned = true;
  team.ParallelFor(count, grain, [&](int64_t begin, int64_t end) {
    aligned = aligned && begin % grain == 0 && (end % grain == 0 || end == count);
    for (int64_t i = begin; i < end; ++i) {
      ++visits[static_cast<size_t>(i)];
    }
  });
  CHECK(aligned);
  bool once = std::all_of(visits.begin(), visits.end(), [](const auto& visit) { return visit == 1; });
  CHECK(once);
}

TEST_CASE("a loop covers its range once, in multiples of the grain") {
  for (int threads : {1, 2, 4}) {
    ThreadPool pool(threads);
    CHECK(pool.size() == threads);
    pool.Run([&](ThreadTeam& team) {
      CHECK(team.size() == threads);
      for (int64_t count : {0, 1, 2, 7, 64, 1000}) {
        for (int64_t grain : {1, 3, 64}) {
          CheckCoversOnce(team, count, grain);
        }
      }
    });
  }
}

TEST_CASE("many short loops, some after the helpers fell asleep") {
  ThreadPool pool(3);
  std::atomic<int64_t> sum = 0;
  constexpr int kLoops = 20'000;
  pool.Run([&](ThreadTeam& team) {
    for (int loop = 0; loop < kLoops; ++loop) {
      team.ParallelFor(5, 1, [&](int64_t begin, int64_t end) { sum += end - begin; });
      if (loop % 4000 == 0) {
        std::this_thread::sleep_for(2ms);
      }
    }
  });
  CHECK(sum == 5 * kLoops);
}

TEST_CASE("what a body throws reaches the caller and the pool goes on") {
  ThreadPool pool(2);
  CHECK_THROWS_AS(pool.Run([](ThreadTeam&) { throw std::runtime_error("no"); }), std::runtime_error);
  int runs = 0;
  pool.Run([&](ThreadTeam&) { ++runs; });
  CHECK(runs == 1);
}

TEST_CASE("callers take turns") {
  ThreadPool pool(2);
  std::atomic<int> inside = 0;
  std::atomic<bool> alone = true;
  std::vector<std::thread> callers;
  callers.reserve(4);
  for (int caller = 0; caller < 4; ++caller) {
    callers.emplace_back([&] {
      for (int run = 0; run < 100; ++run) {
        pool.Run([&](ThreadTeam& team) {
          alone = alone && ++inside == 1;
          CheckCoversOnce(team, 17, 2);
          --inside;
        });
      }
    });
  }
  for (std::thread& caller : callers) {
    caller.join();
  }
  CHECK(alone);
}

TEST_CASE("what one caller's body throws reaches that caller alone") {
  ThreadPool pool(2);
  std::atomic<int> caught = 0;
  std::atomic<int> done = 0;
  std::vector<std::thread> callers;
  callers.reserve(4);
  for (int caller = 0; caller < 4; ++caller) {
    callers.emplace_back([&, throws = caller % 2 == 0] {
      for (int run = 0; run < 50; ++run) {
        try {
          pool.Run([&](ThreadTeam& /*team*/) {
            if (throws) {
              throw std::runtime_error("no");
            }
          });
          ++done;
        } catch (const std::runtime_error&) {
          caught += throws ? 1 : 0;
        }
      }
    });
  }
  for (std::thread& caller : callers) {
    caller.join();
  }
  CHECK(caught == 100);
  CHECK(done == 100);
}

TEST_CASE("each thread starts with what it was given") {
  std::atomic<int> started = 0;
  {
    ThreadPool pool(3, [&] { ++started; });
  }
  CHECK(started == 3);
}

TEST_CASE("branches run at the same time on disjoint teams") {
  ThreadPool pool(3);
  pool.Run([](ThreadTeam& team) {
    std::atomic<int> arrived = 0;
    std::mutex mutex;
    std::set<std::thread::id> leaders;
    auto body = [&](ThreadTeam& branch) {
      // Only branches that really overlap can all see both arrivals.
      ++arrived;
      while (arrived < 2) {
        std::this_thread::yield();
      }
      CheckCoversOnce(branch, 100, 1);
      std::lock_guard lock(mutex);
      leaders.insert(std::this_thread::get_id());
    };
    team.Fork({{2, body, {}}, {1, body, {}}});
    CHECK(leaders.size() == 2);
    CHECK(team.size() == 3);
    CheckCoversOnce(team, 100, 1);
  });
}

/// Runs branches where all but `last` end at once; `last` must then grow to all threads.
void CheckGrows(int threads, std::vector<std::optional<int>> yields, size_t last) {
  ThreadPool pool(threads);
  pool.Run([&](ThreadTeam& team) {
    int final_size = 0;
    std::vector<ThreadTeam::Branch> branches;
    for (size_t i = 0; i < yields.size(); ++i) {
      auto body = [&, i](ThreadTeam& branch) {
        if (i != last) {
          return;
        }
        auto give_up = std::chrono::steady_clock::now() + 10s;
        while (branch.size() < threads && std::chrono::steady_clock::now() < give_up) {
          CheckCoversOnce(branch, 50, 1);
          branch.AdmitMembers();
        }
        CheckCoversOnce(branch, 500, 1);
        final_size = branch.size();
      };
      branches.push_back({1, body, yields[i]});
    }
    team.Fork(std::move(branches));
    CHECK(final_size == threads);
    CHECK(team.size() == threads);
    CheckCoversOnce(team, 100, 1);
  });
}

TEST_CASE("threads of a finished branch join the one it yields to") {
  CheckGrows(2, {1, 0}, 0);
  CheckGrows(2, {1, 0}, 1);
}

TEST_CASE("yields go along the chain past branches that are done") {
  CheckGrows(3, {1, 2, {}}, 2);
  CheckGrows(3, {{}, 0, 1}, 0);
  CheckGrows(4, {1, 2, 3, 0}, 2);
}

TEST_CASE("a branch may fork again with the threads it was given") {
  ThreadPool pool(4);
  pool.Run([](ThreadTeam& team) {
    std::atomic<int> leaves = 0;
    auto leaf = [&](ThreadTeam& branch) {
      CheckCoversOnce(branch, 64, 4);
      ++leaves;
    };
    auto node = [&](ThreadTeam& branch) {
      branch.Fork({{1, leaf, 1}, {1, leaf, 0}});
      CheckCoversOnce(branch, 64, 4);
    };
    for (int round = 0; round < 200; ++round) {
      team.Fork({{2, node, 1}, {2, node, 0}});
    }
    CHECK(leaves == 800);
  });
}

TEST_CASE("stress: uneven branches with yields, over and over") {
  ThreadPool pool(3);
  std::atomic<int64_t> sum = 0;
  pool.Run([&](ThreadTeam& team) {
    for (int round = 0; round < 500; ++round) {
      std::vector<ThreadTeam::Branch> branches;
      for (int i = 0; i < 3; ++i) {
        int steps = 1 + (round * 7 + i * 13) % 40;
        auto body = [&sum, steps](ThreadTeam& branch) {
          for (int step = 0; step < steps; ++step) {
            branch.ParallelFor(9, 1, [&](int64_t begin, int64_t end) { sum += end - begin; });
            branch.AdmitMembers();
          }
        };
        branches.push_back({1, body, (i + 1) % 3});
        sum -= 9 * steps;
      }
      team.Fork(std::move(branches));
    }
  });
  CHECK(sum == 0);
}

}  // namespace
}  // namespace plait
