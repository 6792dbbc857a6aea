// The rates of this machine: measured on every kind of pool, and consistent with each other.
#include "runtime/machine/machine_rates.h"

#include <doctest/doctest.h>

using namespace plait;

TEST_CASE("rates are those of work that was done") {
  constexpr int64_t kBytes = 4 << 20;
  for (int threads : {1, 2}) {
    const Result<MachineRates> rates = MeasureMachineRates(threads, kBytes);
    REQUIRE(rates.ok());
    CAPTURE(threads);
    // Nothing that reads memory a word at a time is slower than this, and nothing is faster than a byte each picosecond.
    CHECK(rates->core_read_bandwidth > 1e6);
    CHECK(rates->read_bandwidth < 1e12);
    CHECK(rates->read_bandwidth >= rates->core_read_bandwidth);
    CHECK(rates->core_fp32_peak > 1e6);
    CHECK(rates->core_fp32_peak < 1e13);
  }
}

TEST_CASE("memory that cannot be had is an error") {
  const Result<MachineRates> rates = MeasureMachineRates(1, int64_t{1} << 50);
  REQUIRE_FALSE(rates.ok());
  CHECK(rates.error().kind == FailureKind::OutOfMemory);
}
