#include "compiler/catalog/machine.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include <fmt/format.h>
#include <sched.h>
#include <unistd.h>

#include "compiler/catalog/settings_table.h"

namespace plait {
namespace {

std::optional<int64_t> ParseInt(std::string_view text) {
  int64_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end != text.data() ? std::optional(number) : std::nullopt;
}

std::optional<int64_t> ReadInt(const FileSystem& files, const std::string& path) {
  Result<std::string> text = files.ReadFile(path);
  return text.ok() ? ParseInt(*text) : std::nullopt;
}

/// The whole cores that the control group's quota is worth. Version 2 writes "quota period" or "max period" into one file, version 1 has
/// two files.
std::optional<int64_t> QuotaCores(const FileSystem& files) {
  std::optional<int64_t> quota;
  std::optional<int64_t> period;
  if (Result<std::string> both = files.ReadFile("/sys/fs/cgroup/cpu.max"); both.ok()) {
    quota = ParseInt(*both);
    period = ParseInt(std::string_view(*both).substr(std::min(both->find(' ') + 1, both->size())));
  } else {
    quota = ReadInt(files, "/sys/fs/cgroup/cpu/cpu.cfs_quota_us");
    period = ReadInt(files, "/sys/fs/cgroup/cpu/cpu.cfs_period_us");
  }
  bool is_limited = quota && period && *quota > 0 && *period > 0;
  return is_limited ? std::optional(std::max<int64_t>(1, *quota / *period)) : std::nullopt;
}

std::optional<int64_t> MemoryLimit(const FileSystem& files) {
  std::optional<int64_t> limit = ReadInt(files, "/sys/fs/cgroup/memory.max");
  return limit ? limit : ReadInt(files, "/sys/fs/cgroup/memory/memory.limit_in_bytes");
}

int AffinityCores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) {
    return static_cast<int>(std::max<int64_t>(1, sysconf(_SC_NPROCESSORS_ONLN)));
  }
  return std::max(1, CPU_COUNT(&set));
}

/// Two cores of a current machine draw twice what one draws; after that a memory channel serves about two of them.
double TypicalBandwidth(int cores, double core_bandwidth) {
  constexpr double kMost = 200e9;
  return std::min(kMost, core_bandwidth * std::min(cores, std::max(2, cores / 2)));
}

Result<void> ReadCount(const toml::table& table, std::string_view name, std::string_view key, int64_t least, int64_t most,
                       int64_t& target) {
  const toml::node* node = table.get(key);
  if (node == nullptr) {
    return {};
  }
  bool is_whole_float = node->is_floating_point() && std::floor(**node->as_floating_point()) == **node->as_floating_point() &&
                        std::abs(**node->as_floating_point()) < 1e18;
  if (!node->is_integer() && !is_whole_float) {
    return SettingsError(name, node->source(), fmt::format("`{}` is not a whole number", key));
  }
  int64_t number = node->is_integer() ? **node->as_integer() : static_cast<int64_t>(**node->as_floating_point());
  if (number < least || number > most) {
    return SettingsError(name, node->source(), fmt::format("`{}` is {}, expected a number from {} to {}", key, number, least, most));
  }
  target = number;
  return {};
}

Result<void> ReadRate(const toml::table& table, std::string_view name, std::string_view key, double& target) {
  const toml::node* node = table.get(key);
  if (node == nullptr) {
    return {};
  }
  std::optional<double> number = node->is_number() ? node->value<double>() : std::nullopt;
  if (!number || !std::isfinite(*number) || *number <= 0) {
    return SettingsError(name, node->source(), fmt::format("`{}` is not a number above 0", key));
  }
  target = *number;
  return {};
}

}  // namespace

Machine LimitMachine(const FileSystem& files, int cores, int64_t memory) {
  Machine machine;
  machine.cores = static_cast<int>(std::min<int64_t>(cores, QuotaCores(files).value_or(cores)));
  machine.memory = std::min(memory, std::max<int64_t>(MemoryLimit(files).value_or(memory), 0));
  machine.read_bandwidth = TypicalBandwidth(machine.cores, machine.core_read_bandwidth);
  return machine;
}

Machine DetectMachine() {
  int64_t memory = static_cast<int64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<int64_t>(sysconf(_SC_PAGESIZE));
  return LimitMachine(*MakeRealFileSystem(), AffinityCores(), std::max<int64_t>(memory, 0));
}

Result<Machine> ReadMachine(std::string_view toml, std::string_view name, Machine detected) {
  static const std::vector<std::string> kKeys = {"cores", "gpus", "core_read_bandwidth", "read_bandwidth", "core_fp32_peak", "memory"};
  PLAIT_TRY(toml::table table, ParseSettings(toml, name, kKeys));
  Machine machine = detected;
  int64_t cores = machine.cores;
  int64_t gpus = machine.gpus;
  constexpr int64_t kMostCores = 4096;
  PLAIT_TRY_VOID(ReadCount(table, name, "cores", 1, kMostCores, cores));
  PLAIT_TRY_VOID(ReadCount(table, name, "gpus", 0, kMostCores, gpus));
  PLAIT_TRY_VOID(ReadCount(table, name, "memory", 0, INT64_MAX, machine.memory));
  PLAIT_TRY_VOID(ReadRate(table, name, "core_read_bandwidth", machine.core_read_bandwidth));
  PLAIT_TRY_VOID(ReadRate(table, name, "read_bandwidth", machine.read_bandwidth));
  PLAIT_TRY_VOID(ReadRate(table, name, "core_fp32_peak", machine.core_fp32_peak));
  machine.cores = static_cast<int>(cores);
  machine.gpus = static_cast<int>(gpus);
  return machine;
}

}  // namespace plait
