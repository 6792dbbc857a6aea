// What the machine can do, as the planner needs it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "compiler/base/file_system.h"
#include "compiler/base/result.h"
#include "compiler/catalog/own_settings.h"

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
  /// Whether nobody measured or stated any of the rates.
  bool has_typical_rates = false;
  /// As the system calls it; empty where it does not tell.
  std::string processor;
};

/// This machine's cores (those the process may use) and memory, with typical rates: nothing is measured.
Machine DetectMachine();
/// The same for a machine that offers `cores` and `memory`, less what the control group under /sys/fs/cgroup allows.
Machine LimitMachine(const FileSystem& files, int cores, int64_t memory);

/// Reads a profile: TOML with `cores`, `gpus`, `core_read_bandwidth`, `read_bandwidth`, `core_fp32_peak`, `memory`, `processor`; a key that
/// is left out keeps the detected value. Fails with `settings-invalid`.
Result<Machine> ReadMachine(std::string_view toml, std::string_view name, Machine detected);
/// A profile that reads back as this machine, with rates to three digits.
std::string WriteMachine(const Machine& machine);

/// Where the profile lies that a user keeps of the own machine: machine.toml beside the user's own plait.toml; empty where no folder is
/// known.
std::string OwnProfilePath(const Environment& environment);

/// `detected` with the rates that the profile at OwnProfilePath tells, if it is one of a machine with this processor and as many cores.
struct OwnMachine {
  Machine machine;
  /// Why the profile is not used, as a sentence without full stop; empty where it is, and where there is none.
  std::string unused;
};
/// Fails with `settings-invalid`.
Result<OwnMachine> FindOwnMachine(const FileSystem& files, const Environment& environment, Machine detected);

}  // namespace plait
