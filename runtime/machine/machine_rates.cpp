#include "runtime/machine/machine_rates.h"

#include <algorithm>
#include <array>
#include <new>
#include <vector>

#include <fmt/format.h>

#include "runtime/base/memory_pages.h"
#include "runtime/kernels/kernel_form.h"
#include "runtime/machine/fastest.h"

namespace plait {
namespace {

constexpr int kTries = 12;

/// Memory for floats, given back at the end.
class FloatPages {
 public:
  explicit FloatPages(int64_t count) : pages_(MapHugePages(static_cast<size_t>(count) * sizeof(float))) {}
  ~FloatPages() { UnmapPages(pages_); }
  FloatPages(const FloatPages&) = delete;
  FloatPages& operator=(const FloatPages&) = delete;

  [[nodiscard]] float* data() const { return static_cast<float*>(pages_.data); }

 private:
  MemoryPages pages_;
};

/// Reads in several places at a time and fetches ahead in each, which is what gets most out of memory. `count` is a multiple of 64.
float Sum(const float* data, int64_t count) {
  constexpr int64_t kPlaces = 4;
  constexpr int64_t kLine = 16;
  constexpr int64_t kAhead = 32 * kLine;
  const int64_t each = count / kPlaces;
  std::array<std::array<float, kLine>, kPlaces> sums{};
  for (int64_t i = 0; i < each; i += kLine) {
    for (size_t place = 0; place < kPlaces; ++place) {
      const float* line = data + static_cast<int64_t>(place) * each + i;
      __builtin_prefetch(line + kAhead);
      for (size_t lane = 0; lane < kLine; ++lane) {
        sums[place][lane] += line[lane];
      }
    }
  }
  float total = 0;
  for (const std::array<float, kLine>& place : sums) {
    for (float lane : place) {
      total += lane;
    }
  }
  return total;
}

}  // namespace

double MeasureReadBandwidth(const float* data, int64_t count, ThreadTeam& team) {
  constexpr int64_t kGrain = int64_t{1} << 18;
  const double seconds = Fastest(kTries, [&] {
    team.ParallelFor(count, kGrain, [&](int64_t begin, int64_t end) {
      // Sums that nobody wants would not be computed.
      volatile float sink = Sum(data + begin, end - begin);
      static_cast<void>(sink);
    });
  });
  return static_cast<double>(count) * sizeof(float) / seconds;
}

double MeasureFp32Peak(ThreadTeam& team) {
  // One megabyte of weights a thread, and rows enough for each to be used often.
  constexpr int64_t kDepth = 512;
  constexpr int64_t kPanelsEach = 8;
  constexpr int64_t kRows = 192;
  const int64_t columns = kPanelsEach * kPanelColumns * team.size();
  std::vector<float> weights(static_cast<size_t>(kDepth * columns), 0.01F);
  std::vector<float> x(static_cast<size_t>(kRows * kDepth), 0.5F);
  std::vector<float> y(static_cast<size_t>(kRows * columns));
  const LinearArgs args = {.x = x.data(),
                           .x_stride = kDepth,
                           .rows = kRows,
                           .weights = {.format = WeightFormat::F32, .panels = reinterpret_cast<const std::byte*>(weights.data())},
                           .depth = kDepth,
                           .columns = columns,
                           .y = y.data(),
                           .y_stride = columns};
  constexpr int kRepeats = 8;
  const KernelForm& form = *RunnableKernelForms().front();
  const double seconds = Fastest(kTries, [&] {
    for (int i = 0; i < kRepeats; ++i) {
      Linear(form, args, team);
    }
  });
  return 2.0 * kRepeats * static_cast<double>(kRows * kDepth * columns) / seconds;
}

Result<MachineRates> MeasureMachineRates(int threads, int64_t bytes) {
  const int64_t count = bytes / static_cast<int64_t>(sizeof(float)) / kPanelColumns * kPanelColumns;
  try {
    MachineRates rates;
    const FloatPages pages(count);
    auto measure_memory = [&](ThreadTeam& team) { return MeasureReadBandwidth(pages.data(), count, team); };
    ThreadPool all(threads);
    all.Run([&](ThreadTeam& team) {
      // Pages that were never written are all one page of zeros.
      team.ParallelFor(count, kPanelColumns,
                       [&](int64_t begin, int64_t end) { std::fill(pages.data() + begin, pages.data() + end, 1.0F); });
      rates.read_bandwidth = measure_memory(team);
      rates.core_fp32_peak = MeasureFp32Peak(team) / team.size();
    });
    ThreadPool(1).Run([&](ThreadTeam& team) { rates.core_read_bandwidth = measure_memory(team); });
    rates.read_bandwidth = std::max(rates.read_bandwidth, rates.core_read_bandwidth);
    return rates;
  } catch (const std::bad_alloc&) {
    return Error{FailureKind::OutOfMemory, fmt::format("no memory for the {} bytes that are read to measure it", bytes), "", {}};
  }
}

}  // namespace plait
