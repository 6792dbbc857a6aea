// The machine's cores and memory, and profiles that say otherwise.
#include "compiler/catalog/machine.h"

#include <doctest/doctest.h>

using namespace plait;

TEST_CASE("this machine has something") {
  Machine machine = DetectMachine();
  CHECK(machine.cores >= 1);
  CHECK(machine.memory > 0);
}

TEST_CASE("a control group's quota limits cores and memory") {
  InMemoryFileSystem files;
  CHECK(LimitMachine(files, 8, 100).cores == 8);
  files.Add("/sys/fs/cgroup/cpu.max", "max 100000\n");
  CHECK(LimitMachine(files, 8, 100).cores == 8);
  files.Add("/sys/fs/cgroup/cpu.max", "250000 100000\n");
  files.Add("/sys/fs/cgroup/memory.max", "64\n");
  CHECK(LimitMachine(files, 8, 100).cores == 2);
  CHECK(LimitMachine(files, 8, 100).memory == 64);
  CHECK(LimitMachine(files, 1, 100).read_bandwidth == 15e9);
  files.Add("/sys/fs/cgroup/cpu.max", "50000 100000\n");
  CHECK(LimitMachine(files, 8, 100).cores == 1);
}

TEST_CASE("a profile overrides what it names") {
  Machine detected;
  detected.cores = 4;
  detected.memory = 1000;
  Result<Machine> machine = ReadMachine("cores = 2\nread_bandwidth = 33.1e9\nmemory = 25e9\n", "m.toml", detected);
  REQUIRE(machine.ok());
  CHECK(machine->cores == 2);
  CHECK(machine->read_bandwidth == 33.1e9);
  CHECK(machine->memory == 25'000'000'000);
  CHECK(machine->core_fp32_peak == detected.core_fp32_peak);
}

TEST_CASE("a broken profile is refused with its place") {
  auto error = [](std::string_view text) { return RenderError(ReadMachine(text, "m.toml", {}).error(), false); };
  CHECK(error("core = 2") == "m.toml:1:1: error: the key `core` is unknown; did you mean `cores`? [settings-invalid]\n");
  CHECK(error("cores = 0") == "m.toml:1:9: error: `cores` is 0, expected a number from 1 to 4096 [settings-invalid]\n");
  CHECK(error("processor = 3") == "m.toml:1:13: error: `processor` is no string [settings-invalid]\n");
  CHECK(error("cores = 1.5") == "m.toml:1:9: error: `cores` is not a whole number [settings-invalid]\n");
  CHECK(error("read_bandwidth = -1") == "m.toml:1:18: error: `read_bandwidth` is not a number above 0 [settings-invalid]\n");
  CHECK_FALSE(ReadMachine("cores = ", "m.toml", {}).ok());
}

namespace {

constexpr std::string_view kInfo = "processor\t: 0\nmodel name\t: Fast CPU @ 3 GHz\nmodel name\t: Fast CPU @ 3 GHz\n";

Environment WithHome() {
  return [](std::string_view name) { return name == "HOME" ? std::optional<std::string>("/home/ada") : std::nullopt; };
}

}  // namespace

TEST_CASE("a processor is called what the system calls it") {
  InMemoryFileSystem files;
  CHECK(LimitMachine(files, 1, 1).processor.empty());
  files.Add("/proc/cpuinfo", std::string(kInfo));
  CHECK(LimitMachine(files, 1, 1).processor == "Fast CPU @ 3 GHz");
  files.Add("/proc/cpuinfo", "processor : 0\nCPU implementer : 0x41\nCPU part\t: 0xd0c\nprocessor : 1\nCPU implementer : 0x41\n");
  CHECK(LimitMachine(files, 1, 1).processor == "CPU implementer 0x41, CPU part 0xd0c");
}

TEST_CASE("a profile that is written reads back") {
  InMemoryFileSystem files;
  files.Add("/proc/cpuinfo", "model name: a \"fast\" one\n");
  Machine machine = LimitMachine(files, 3, 64'000'000'000);
  machine.core_read_bandwidth = 12.345e9;
  machine.read_bandwidth = 33.1e9;
  machine.core_fp32_peak = 987.6e6;
  Result<Machine> read = ReadMachine(WriteMachine(machine), "machine.toml", {});
  REQUIRE(read.ok());
  CHECK(read->processor == "a \"fast\" one");
  CHECK(read->cores == 3);
  CHECK(read->memory == 64'000'000'000);
  CHECK(read->core_read_bandwidth == 12.3e9);
  CHECK(read->read_bandwidth == 33.1e9);
  CHECK(read->core_fp32_peak == 988e6);
  CHECK_FALSE(read->has_typical_rates);
}

TEST_CASE("a user's own profile gives this machine its rates, and only this machine") {
  InMemoryFileSystem files;
  files.Add("/proc/cpuinfo", std::string(kInfo));
  const Machine detected = LimitMachine(files, 2, 1000);
  const std::string path = OwnProfilePath(WithHome());
  CHECK(path == "/home/ada/.config/plait/machine.toml");
  auto find = [&](const Machine& machine) { return *FindOwnMachine(files, WithHome(), machine); };
  CHECK(find(detected).machine.has_typical_rates);
  CHECK(find(detected).unused.empty());

  files.Add(path, "processor = 'Fast CPU @ 3 GHz'\ncores = 2\nmemory = 77\nread_bandwidth = 50e9\n");
  CHECK(find(detected).machine.read_bandwidth == 50e9);
  CHECK(find(detected).machine.memory == 1000);
  CHECK_FALSE(find(detected).machine.has_typical_rates);
  CHECK(find(LimitMachine(files, 1, 1000)).machine.read_bandwidth == 50e9);
  CHECK(find(LimitMachine(files, 4, 1000)).machine.has_typical_rates);
  CHECK(find(LimitMachine(files, 4, 1000)).unused ==
        "/home/ada/.config/plait/machine.toml is not used: it is of 2 cores, and here are 4; `plait profile` measures this machine");

  files.Add(path, "processor = 'Slow CPU'\nread_bandwidth = 50e9\n");
  CHECK(find(detected).machine.has_typical_rates);
  CHECK(find(detected).unused ==
        "/home/ada/.config/plait/machine.toml is not used: it is of the processor \"Slow CPU\", and this one is \"Fast CPU @ 3 GHz\"; "
        "`plait profile` measures this machine");
  files.Add(path, "cores = -1");
  CHECK_FALSE(FindOwnMachine(files, WithHome(), detected).ok());
  CHECK(FindOwnMachine(files, [](std::string_view) { return std::nullopt; }, detected)->machine.has_typical_rates);
}
