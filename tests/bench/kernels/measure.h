// What the tables of kernel_bench share.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "runtime/base/thread_team.h"
#include "runtime/kernels/kernel_form.h"

namespace plait {

/// What a measurement goes through: more than the caches hold.
constexpr int64_t kTouchedBytes = int64_t{512} << 20;
constexpr double kGiga = 1e9;

/// The least seconds of several tries.
template <class Work>
double Fastest(const Work& work) {
  constexpr int kTries = 5;
  double best = 1e9;
  for (int i = 0; i < kTries; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  }
  return best;
}

/// Bytes and fp32 operations a second, as measured in this run.
struct Machine {
  double bandwidth = 0;
  double peak = 0;
};

/// Prints a line for attention and for each kernel that takes rows one by one.
void BenchRowKernels(const KernelForm& form, const Machine& machine, ThreadTeam& team);

}  // namespace plait
