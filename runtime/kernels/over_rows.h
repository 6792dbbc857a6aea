// Shares the rows of a kernel among a team.
#pragma once

#include <algorithm>
#include <cstdint>

#include "runtime/base/thread_team.h"

namespace plait {

/// Calls `kernel(args, begin, end)` for the rows of `args`, each of which reads about `row_floats` floats. A row is one thread's, so its
/// bits depend neither on the team nor on the other rows.
template <class Args>
void OverRows(void (*kernel)(const Args& args, int64_t begin, int64_t end), const Args& args, int64_t row_floats, ThreadTeam& team) {
  // What is worth waking a thread for.
  constexpr int64_t kFloats = 8192;
  team.ParallelFor(args.rows, std::max<int64_t>(1, kFloats / std::max<int64_t>(1, row_floats)),
                   [&](int64_t begin, int64_t end) { kernel(args, begin, end); });
}

}  // namespace plait
