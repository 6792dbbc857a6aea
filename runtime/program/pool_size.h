// How many threads a pool gets.
#pragma once

#include <algorithm>
#include <thread>

#include "compiler/plan/plan.h"

namespace plait {

/// `threads`, or where it is 0 what the plan was made for; never more than the machine has.
inline int PoolSize(const plan::Machine& machine, int threads) {
  const int available = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  return std::clamp(threads > 0 ? threads : machine.cores, 1, available);
}

}  // namespace plait
