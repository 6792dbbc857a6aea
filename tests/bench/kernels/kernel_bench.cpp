// How near the kernels come to the machine: kernel_bench [--threads N] [linear | rows]. Each row of the first table is one layer of GPT-2
// with so many rows in one of the weights' formats; what it reads is larger than the caches. The share is of the read bandwidth for few
// rows and of the fp32 peak for many, both measured in the same run; the last column is oneDNN's time for the same fp32 layer over the
// kernel's. The second table, in row_kernels.cpp, is of attention and of the kernels that take rows one by one.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <string_view>
#include <thread>
#include <vector>

#include <ATen/core/dispatch/Dispatcher.h>
#include <ATen/core/ivalue.h>
#include <ATen/core/stack.h>
#include <ATen/ops/rand.h>
#include <c10/core/InferenceMode.h>
#include <fmt/format.h>

#include "runtime/kernels/kernel_form.h"
#include "runtime/nn/packed_matrix.h"
#include "runtime/nn/torch_threads.h"
#include "tests/bench/kernels/measure.h"

namespace plait {
namespace {

struct Shape {
  std::string_view name;
  int64_t depth;
  int64_t columns;
};

constexpr Shape kShapes[] = {{"attention in", 768, 2304},
                             {"attention out", 768, 768},
                             {"inner in", 768, 3072},
                             {"inner out", 3072, 768},
                             {"vocabulary", 768, 50257}};
constexpr std::pair<WeightFormat, std::string_view> kFormats[] = {
    {WeightFormat::F32, "fp32"}, {WeightFormat::Bf16, "bf16"}, {WeightFormat::Int8, "int8"}};

/// As many copies of a layer as are larger than the caches, so that each use reads memory.
std::vector<PackedMatrix> Copies(const Shape& shape, WeightFormat format, ThreadTeam& team) {
  const int64_t bytes = PanelCount(shape.columns) * kPanelColumns * shape.depth * WeightSize(format);
  std::vector<float> panel(static_cast<size_t>(shape.depth * kPanelColumns), 0.01F);
  std::vector<PackedMatrix> copies;
  for (int64_t total = 0; total < kMemoryReadBytes; total += bytes) {
    PackedMatrix& copy = copies.emplace_back(format, shape.depth, shape.columns);
    for (int64_t p = 0; p < PanelCount(shape.columns); ++p) {
      copy.Encode(panel.data(), p, 1, team);
    }
  }
  return copies;
}

double SecondsOf(const KernelForm& form, const std::vector<PackedMatrix>& copies, int64_t rows, ThreadTeam& team) {
  const int64_t depth = copies[0].depth();
  const int64_t columns = copies[0].columns();
  std::vector<float> x(static_cast<size_t>(rows * depth), 0.5F);
  std::vector<float> y(static_cast<size_t>(rows * columns));
  const double all = Fastest(kTries, [&] {
    for (const PackedMatrix& copy : copies) {
      Linear(form,
             {.x = x.data(),
              .x_stride = depth,
              .rows = rows,
              .weights = copy.weights(),
              .depth = depth,
              .columns = columns,
              .y = y.data(),
              .y_stride = columns},
             team);
    }
  });
  return all / static_cast<double>(copies.size());
}

/// oneDNN on weights in its own order, on one thread; nothing where this LibTorch lacks it.
std::optional<double> OneDnnSeconds(const Shape& shape, int64_t rows, size_t copies) {
  auto reorder = c10::Dispatcher::singleton().findSchema({"mkldnn::_reorder_linear_weight", ""});
  auto linear = c10::Dispatcher::singleton().findSchema({"mkldnn::_linear_pointwise", ""});
  if (!reorder || !linear) {
    return std::nullopt;
  }
  std::vector<at::Tensor> weights;
  for (size_t i = 0; i < copies; ++i) {
    torch::jit::Stack stack = {at::rand({shape.columns, shape.depth}), rows};
    reorder->callBoxed(&stack);
    weights.push_back(stack.front().toTensor());
  }
  const at::Tensor x = at::rand({rows, shape.depth});
  const double all = Fastest(kTries, [&] {
    for (const at::Tensor& weight : weights) {
      torch::jit::Stack stack = {x, weight, c10::IValue(), std::string("none"), c10::List<std::optional<c10::Scalar>>(), c10::IValue()};
      linear->callBoxed(&stack);
    }
  });
  return all / static_cast<double>(copies);
}

Machine MeasureMachine(const KernelForm& form, ThreadTeam& team) {
  PackedMatrix numbers(WeightFormat::F32, kMemoryReadBytes / 4 / kPanelColumns, kPanelColumns);
  std::fill(numbers.floats(), numbers.floats() + kMemoryReadBytes / 4, 1.0F);
  const Machine machine = {MeasureReadBandwidth(numbers.floats(), kMemoryReadBytes / 4, team), MeasureFp32Peak(team)};
  fmt::print("{} kernels on {} threads; read bandwidth {:.1f} GB/s, fp32 {:.0f} GFLOP/s\n", form.name, team.size(),
             machine.bandwidth / kGiga, machine.peak / kGiga);
  return machine;
}

void BenchLinear(const KernelForm& form, const Machine& machine, bool compares, ThreadTeam& team) {
  fmt::print("\n{:<14} {:<5} {:>4} {:>10} {:>8} {:>10} {:>7} {:>7}\n", "layer", "", "rows", "time", "GB/s", "GFLOP/s", "share", "oneDNN");
  for (const Shape& shape : kShapes) {
    for (const auto& [format, name] : kFormats) {
      const std::vector<PackedMatrix> copies = Copies(shape, format, team);
      for (int64_t rows : {1, 4, 6, 8, 12, 16, 48, 128}) {
        const double seconds = SecondsOf(form, copies, rows, team);
        const double rate = static_cast<double>(copies[0].bytes()) / seconds;
        const double operations = 2.0 * static_cast<double>(rows * shape.depth * shape.columns) / seconds;
        std::optional<double> other = compares && format == WeightFormat::F32 ? OneDnnSeconds(shape, rows, copies.size()) : std::nullopt;
        fmt::print("{:<14} {:<5} {:>4} {:>7.3f} ms {:>8.1f} {:>10.0f} {:>6.0f}% {:>7}\n", shape.name, name, rows, seconds * 1e3,
                   rate / kGiga, operations / kGiga, 100 * std::max(rate / machine.bandwidth, operations / machine.peak),
                   other ? fmt::format("{:.2f}", *other / seconds) : "");
      }
    }
  }
}

}  // namespace
}  // namespace plait

int main(int count, char** arguments) {
  int threads = static_cast<int>(std::thread::hardware_concurrency());
  std::string_view only;
  for (int i = 1; i < count; ++i) {
    const std::string_view argument = arguments[i];
    if (argument == "--threads" && i + 1 < count && std::atoi(arguments[i + 1]) > 0) {
      threads = std::atoi(arguments[++i]);
    } else if (argument == "linear" || argument == "rows") {
      only = argument;
    } else {
      fmt::print(
          "kernel_bench [--threads N] [linear | rows]\n\nTimes the kernels, or only those of linear layers or those of attention and rows, "
          "beside the\nmachine's bandwidth and peak. oneDNN, which takes one thread here, is compared with --threads 1.\n");
      return argument == "--help" ? 0 : 2;
    }
  }
  c10::InferenceMode inference;
  plait::ThreadPool pool(threads, plait::UseOneTorchThread);
  pool.Run([&](plait::ThreadTeam& team) {
    const plait::KernelForm& form = *plait::RunnableKernelForms().front();
    const plait::Machine machine = plait::MeasureMachine(form, team);
    if (only != "rows") {
      plait::BenchLinear(form, machine, threads == 1, team);
    }
    if (only != "linear") {
      plait::BenchRowKernels(form, machine, team);
    }
  });
  return 0;
}
