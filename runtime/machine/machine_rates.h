// What this machine's memory and cores give, measured with the kernels that run models.
#pragma once

#include <cstdint>

#include "compiler/base/result.h"
#include "runtime/base/thread_team.h"

namespace plait {

struct MachineRates {
  /// Bytes a second that one core, and all of a pool's together, read from memory.
  double core_read_bandwidth = 0;
  double read_bandwidth = 0;
  /// fp32 operations a second of each core while all of the pool's compute.
  double core_fp32_peak = 0;
};

/// What is read over and over to measure memory: more than the caches of most processors hold.
constexpr int64_t kMemoryReadBytes = int64_t{512} << 20;

/// Measures on a pool of `threads` threads for about two seconds, with `bytes` of memory. Each rate is the best of many tries: what
/// nothing else on the machine took away. Fails with `out-of-memory`.
Result<MachineRates> MeasureMachineRates(int threads, int64_t bytes = kMemoryReadBytes);

/// Bytes a second that the team reads from `count` floats, a multiple of 64, in the best of some tries.
double MeasureReadBandwidth(const float* data, int64_t count, ThreadTeam& team);

/// fp32 operations a second of the team in a linear layer whose weights the caches hold, in the best of some tries.
double MeasureFp32Peak(ThreadTeam& team);

}  // namespace plait
