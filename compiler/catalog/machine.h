// What the machine can do, as the planner needs it.
#pragma once

#include <cstdint>
#include <string_view>

#include "compiler/base/file_system.h"
#include "compiler/base/result.h"

namespace plait {

struct Machine {
  int cores = 1;
  int gpus = 0;
  /// Bytes a second that one core, and all cores together, read from memory.
  double core_read_bandwidth = 15e9;
  double read_bandwidth = 30e9;
  /// fp32 operations a second of one core.
  double core_fp32_peak = 100e9;
  /// Bytes.
  int64_t memory = 0;
};

/// This machine's cores (those the process may use) and memory, with typical rates: nothing is measured.
Machine DetectMachine();
/// The same for a machine that offers `cores` and `memory`, less what the control group under /sys/fs/cgroup allows.
Machine LimitMachine(const FileSystem& files, int cores, int64_t memory);

/// Reads a profile: TOML with `cores`, `gpus`, `core_read_bandwidth`, `read_bandwidth`, `core_fp32_peak`, `memory`; a key that is left out
/// keeps the detected value. Fails with `settings-invalid`.
Result<Machine> ReadMachine(std::string_view toml, std::string_view name, Machine detected);

}  // namespace plait
