// plait profile
#include <algorithm>
#include <filesystem>
#include <string>
#include <system_error>

#include <fmt/format.h>

#include "compiler/base/output_file.h"
#include "compiler/formats/json.h"
#include "runtime/machine/machine_rates.h"
#include "tools/plait/verb.h"

namespace plait {
namespace {

constexpr OptionSpec kOptions[] = {{"-o", true, "--output"}, {"--output", true, ""}, {"--json", false, ""}, {"--quiet", false, ""}};

constexpr std::string_view kHelp = R"(plait profile [options]

Measures what this machine's memory and cores give, and keeps it: plans are then fitted to these rates, and what they
predict and their bounds rest on them. Without it they rest on what is typical. It takes some seconds, in which the
machine should have nothing else to do; after a change of the machine, measure it anew.

The profile is XDG_CONFIG_HOME/plait/machine.toml or ~/.config/plait/machine.toml, and holds for this processor with so
many cores. Remove the file, and plans rest on typical rates again.

  -o FILE   write it there; other verbs take it with --machine FILE. With -, to standard output
  --json    tell the rates as JSON
  --quiet   no progress

examples
  plait profile
  plait profile -o build_server.toml
)";

/// What the reading takes of this machine: less where there is little.
int64_t BytesToRead(const Machine& machine) {
  return machine.memory > 0 ? std::min(kMemoryReadBytes, machine.memory / 4) : kMemoryReadBytes;
}

std::string AsText(const Machine& machine) {
  constexpr double kGiga = 1e9;
  const std::string cores = machine.cores == 1 ? "1 core" : fmt::format("{} cores", machine.cores);
  return fmt::format(
      "{}{}{}\n"
      "  memory read by one core   {:>6.1f} GB/s\n"
      "  memory read by {:<10} {:>6.1f} GB/s\n"
      "  fp32 on each core         {:>6.0f} GFLOP/s\n",
      cores, machine.processor.empty() ? "" : ", ", machine.processor, machine.core_read_bandwidth / kGiga, cores,
      machine.read_bandwidth / kGiga, machine.core_fp32_peak / kGiga);
}

std::string AsJson(const Machine& machine, const std::string& path) {
  return ToJson(Value::Record({{"version", Value::Int(1)},
                               {"processor", Value::String(machine.processor)},
                               {"cores", Value::Int(machine.cores)},
                               {"memory", Value::Int(machine.memory)},
                               {"core_read_bandwidth", Value::Float(machine.core_read_bandwidth)},
                               {"read_bandwidth", Value::Float(machine.read_bandwidth)},
                               {"core_fp32_peak", Value::Float(machine.core_fp32_peak)},
                               {"file", Value::String(path)}}),
                {true}) +
         "\n";
}

Result<void> WriteProfile(const std::string& path, const Machine& machine) {
  std::error_code error;
  std::filesystem::create_directories(ParentPath(path), error);
  if (error && !ParentPath(path).empty()) {
    return Error{FailureKind::FileNotFound, fmt::format("cannot make the folder: {}", error.message()), ParentPath(path), {}};
  }
  return WriteFileWhole(path, WriteMachine(machine));
}

int RunProfile(const World& world, const Arguments& arguments) {
  if (!arguments.positional.empty()) {
    return UsageError("profile", fmt::format("`{}` is one word too many; a file to write is named with -o", arguments.positional[0]));
  }
  const bool is_own = !arguments.Has("--output");
  const std::string path = is_own ? OwnProfilePath(world.environment) : arguments.Get("--output");
  if (path.empty()) {
    Error error{FailureKind::FileNotFound, "there is no folder for a profile: neither HOME nor XDG_CONFIG_HOME is set", "", {}};
    return Fail(world, std::move(error).WithNote("fix", "set one of them, or name a file with `-o FILE`"));
  }
  Machine machine = DetectMachine();
  const bool shows_progress = world.error_is_terminal && !arguments.Has("--quiet");
  if (shows_progress) {
    PrintError("measuring memory and cores ...\r");
  }
  Result<MachineRates> rates = MeasureMachineRates(machine.cores, BytesToRead(machine));
  if (shows_progress) {
    PrintError("\r\x1b[K");
  }
  if (!rates.ok()) {
    return Fail(world, rates.error());
  }
  machine.core_read_bandwidth = rates->core_read_bandwidth;
  machine.read_bandwidth = rates->read_bandwidth;
  machine.core_fp32_peak = rates->core_fp32_peak;
  if (path == "-") {
    Print(WriteMachine(machine));
    return kFine;
  }
  if (Result<void> written = WriteProfile(path, machine); !written.ok()) {
    return Fail(world, written.error());
  }
  Print(arguments.Has("--json")
            ? AsJson(machine, path)
            : AsText(machine) + fmt::format("{}: written{}\n", path, is_own ? "; plans are fitted to it from now on" : ""));
  return kFine;
}

}  // namespace

const Verb kProfileVerb = {"profile", "measure this machine, so that plans are fitted to it", kHelp, kOptions, RunProfile};

}  // namespace plait
