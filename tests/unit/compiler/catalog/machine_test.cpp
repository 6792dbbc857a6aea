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
  CHECK(error("cores = 1.5") == "m.toml:1:9: error: `cores` is not a whole number [settings-invalid]\n");
  CHECK(error("read_bandwidth = -1") == "m.toml:1:18: error: `read_bandwidth` is not a number above 0 [settings-invalid]\n");
  CHECK_FALSE(ReadMachine("cores = ", "m.toml", {}).ok());
}
