#include "compiler/catalog/machine.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <tuple>
#include <utility>

#include <fmt/format.h>
#include <llvm/ADT/StringRef.h>
#include <sched.h>
#include <unistd.h>

#include "compiler/base/value.h"
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

/// What /proc/cpuinfo calls the first processor: its model's name, or where there are only numbers, those.
std::string ProcessorName(const FileSystem& files) {
  Result<std::string> info = files.ReadFile("/proc/cpuinfo");
  if (!info.ok()) {
    return "";
  }
  std::string numbers;
  llvm::StringRef rest(*info);
  while (!rest.empty()) {
    llvm::StringRef line;
    std::tie(line, rest) = rest.split('\n');
    auto [key, value] = line.split(':');
    if (key.trim() == "model name") {
      return value.trim().str();
    }
    // AArch64 names a processor by these, once for each core.
    if (bool names = key.trim() == "CPU implementer" || key.trim() == "CPU part"; names && !llvm::StringRef(numbers).contains(key.trim())) {
      numbers += fmt::format("{}{} {}", numbers.empty() ? "" : ", ", std::string_view(key.trim()), std::string_view(value.trim()));
    }
  }
  return numbers;
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
  machine.has_typical_rates = true;
  machine.processor = ProcessorName(files);
  return machine;
}

Machine DetectMachine() {
  int64_t memory = static_cast<int64_t>(sysconf(_SC_PHYS_PAGES)) * static_cast<int64_t>(sysconf(_SC_PAGESIZE));
  return LimitMachine(*MakeRealFileSystem(), AffinityCores(), std::max<int64_t>(memory, 0));
}

Result<Machine> ReadMachine(std::string_view toml, std::string_view name, Machine detected) {
  static const std::vector<std::string> kKeys = {"cores",  "gpus",     "core_read_bandwidth", "read_bandwidth", "core_fp32_peak",
                                                 "memory", "processor"};
  PLAIT_TRY(toml::table table, ParseSettings(toml, name, kKeys));
  Machine machine = std::move(detected);
  int64_t cores = machine.cores;
  int64_t gpus = machine.gpus;
  constexpr int64_t kMostCores = 4096;
  PLAIT_TRY_VOID(ReadCount(table, name, "cores", 1, kMostCores, cores));
  PLAIT_TRY_VOID(ReadCount(table, name, "gpus", 0, kMostCores, gpus));
  PLAIT_TRY_VOID(ReadCount(table, name, "memory", 0, INT64_MAX, machine.memory));
  PLAIT_TRY_VOID(ReadRate(table, name, "core_read_bandwidth", machine.core_read_bandwidth));
  PLAIT_TRY_VOID(ReadRate(table, name, "read_bandwidth", machine.read_bandwidth));
  PLAIT_TRY_VOID(ReadRate(table, name, "core_fp32_peak", machine.core_fp32_peak));
  const bool has_rates = table.contains("core_read_bandwidth") || table.contains("read_bandwidth") || table.contains("core_fp32_peak");
  machine.has_typical_rates = machine.has_typical_rates && !has_rates;
  if (const toml::node* processor = table.get("processor"); processor != nullptr) {
    if (!processor->is_string()) {
      return SettingsError(name, processor->source(), "`processor` is no string");
    }
    machine.processor = **processor->as_string();
  }
  machine.cores = static_cast<int>(cores);
  machine.gpus = static_cast<int>(gpus);
  return machine;
}

std::string WriteMachine(const Machine& machine) {
  constexpr double kGiga = 1e9;
  return fmt::format(
      "# A machine as plans are fitted to it.\n"
      "processor = {}\n"
      "cores = {}\n"
      "gpus = {}\n"
      "memory = {}\n"
      "core_read_bandwidth = {:.2e}  # bytes a second by one core: {:.1f} GB/s\n"
      "read_bandwidth = {:.2e}  # by all cores together: {:.1f} GB/s\n"
      "core_fp32_peak = {:.2e}  # operations a second of each core: {:.0f} GFLOP/s\n",
      QuoteJson(machine.processor), machine.cores, machine.gpus, machine.memory, machine.core_read_bandwidth,
      machine.core_read_bandwidth / kGiga, machine.read_bandwidth, machine.read_bandwidth / kGiga, machine.core_fp32_peak,
      machine.core_fp32_peak / kGiga);
}

std::string OwnProfilePath(const Environment& environment) { return OwnSettingsPath(environment, "machine.toml"); }

Result<OwnMachine> FindOwnMachine(const FileSystem& files, const Environment& environment, Machine detected) {
  const std::string path = OwnProfilePath(environment);
  if (path.empty() || !files.IsFile(path)) {
    return OwnMachine{std::move(detected), ""};
  }
  PLAIT_TRY(std::string text, files.ReadFile(path));
  PLAIT_TRY(const Machine profile, ReadMachine(text, path, detected));
  std::string other;
  if (profile.processor != detected.processor) {
    other = fmt::format("of the processor {}, and this one is {}", QuoteJson(profile.processor), QuoteJson(detected.processor));
  } else if (profile.cores < detected.cores) {
    other = fmt::format("of {} core{}, and here are {}", profile.cores, profile.cores == 1 ? "" : "s", detected.cores);
  }
  if (!other.empty()) {
    return OwnMachine{std::move(detected), fmt::format("{} is not used: it is {}; `plait profile` measures this machine", path, other)};
  }
  detected.core_read_bandwidth = profile.core_read_bandwidth;
  detected.read_bandwidth = profile.read_bandwidth;
  detected.core_fp32_peak = profile.core_fp32_peak;
  detected.has_typical_rates = profile.has_typical_rates;
  return OwnMachine{std::move(detected), ""};
}

}  // namespace plait
