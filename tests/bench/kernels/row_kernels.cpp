// Attention and the kernels that take rows one by one, on data that is read from memory. What is written counts once, although the
// processor reads it first, so half to two thirds of the read bandwidth is all that a kernel with as much output as input can show.
#include <cstdint>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "runtime/kernels/over_rows.h"
#include "tests/bench/kernels/measure.h"

namespace plait {
namespace {

struct Shape {
  std::string_view name;
  std::string_view shape;
  /// Of one use.
  double bytes = 0;
  double operations = 0;
};

class Table {
 public:
  explicit Table(const Machine& machine) : machine_(machine) {
    fmt::print("\n{:<14} {:<24} {:>10} {:>8} {:>10} {:>7}\n", "kernel", "", "time", "GB/s", "GFLOP/s", "share");
  }

  /// `use(i)` for each of `copies` inputs.
  template <class Use>
  void Add(const Shape& shape, int64_t copies, const Use& use) const {
    const double all = Fastest(kTries, [&] {
      for (int64_t i = 0; i < copies; ++i) {
        use(i);
      }
    });
    const double seconds = all / static_cast<double>(copies);
    const double rate = shape.bytes / seconds;
    const double operations = shape.operations / seconds;
    fmt::print("{:<14} {:<24} {:>7.3f} ms {:>8.1f} {:>10} {:>6.0f}%\n", shape.name, shape.shape, seconds * 1e3, rate / kGiga,
               shape.operations > 0 ? fmt::format("{:.0f}", operations / kGiga) : "",
               100 * std::max(rate / machine_.bandwidth, operations / machine_.peak));
  }

 private:
  const Machine& machine_;
};

/// Twelve heads of 64 of GPT-2: `rows` queries at the end of `positions`, or everywhere as encoders ask.
void AddAttention(const Table& table, std::string_view shape, int64_t rows, int64_t positions, bool causal, const KernelForm& form,
                  ThreadTeam& team) {
  constexpr int64_t kHeads = 12;
  constexpr int64_t kSize = 64;
  const int64_t head_floats = PanelCount(positions) * kPanelColumns * kSize;
  const int64_t layer_bytes = 2 * kHeads * head_floats * 4;
  const int64_t layers = kMemoryReadBytes / layer_bytes;
  const std::vector<float> keys(static_cast<size_t>(layers * kHeads * head_floats), 0.01F);
  const std::vector<float> values(static_cast<size_t>(layers * kHeads * head_floats + kPanelColumns), 0.01F);
  const std::vector<float> queries(static_cast<size_t>(rows * kHeads * kSize), 0.5F);
  std::vector<float> output(queries.size());
  // A causal row sees what stands before it and itself.
  const double seen = causal ? static_cast<double>(rows) * (static_cast<double>(positions) - static_cast<double>(rows - 1) / 2)
                             : static_cast<double>(rows * positions);
  table.Add({"attention", shape, 2.0 * 4 * kHeads * kSize * static_cast<double>(positions), 4.0 * kHeads * kSize * seen}, layers,
            [&](int64_t layer) {
              team.ParallelFor(kHeads, 1, [&](int64_t begin, int64_t end) {
                for (int64_t head = begin; head < end; ++head) {
                  form.attention({.queries = queries.data() + head * kSize,
                                  .query_stride = kHeads * kSize,
                                  .rows = rows,
                                  .key_panels = keys.data() + (layer * kHeads + head) * head_floats,
                                  .key_panel_stride = kPanelColumns * kSize,
                                  .values = values.data() + (layer * kHeads + head) * head_floats,
                                  .value_stride = kSize,
                                  .value_panel_stride = kPanelColumns * kSize,
                                  .output = output.data() + head * kSize,
                                  .output_stride = kHeads * kSize,
                                  .head_size = kSize,
                                  .scale = 0.125F,
                                  .visible = causal ? positions - rows + 1 : positions,
                                  .visible_step = causal ? 1 : 0});
                }
              });
            });
}

/// Kernels with as much output as input, on rows of LLaMA's width.
void AddRowKernels(const Table& table, const KernelForm& form, ThreadTeam& team) {
  constexpr int64_t kWidth = 4096;
  constexpr int64_t kRows = kMemoryReadBytes / 2 / 4 / kWidth;
  constexpr double kBytes = kMemoryReadBytes;
  const std::vector<float> x(static_cast<size_t>(kRows * kWidth), 0.5F);
  const std::vector<float> weight(kWidth, 0.5F);
  std::vector<float> y(x.size());
  table.Add({"layer norm", "16384 x 4096", kBytes}, 1, [&](int64_t) {
    const LayerNormArgs args{x.data(), kWidth, kWidth, weight.data(), weight.data(), 1e-5F, y.data(), kWidth};
    team.ParallelFor(kRows, 1, [&](int64_t begin, int64_t end) { form.layer_norm(args, begin, end); });
  });
  table.Add({"rms norm", "16384 x 4096", kBytes}, 1, [&](int64_t) {
    OverRows(form.rms_norm, {x.data(), kWidth, kRows, kWidth, weight.data(), 1e-5F, y.data(), kWidth}, kWidth, team);
  });
  table.Add({"soft-max", "16384 x 4096", kBytes}, 1,
            [&](int64_t) { OverRows(form.softmax, {x.data(), kWidth, kRows, kWidth, y.data(), kWidth}, kWidth, team); });
  table.Add({"gated product", "16384 x 2 x 2048", kBytes * 3 / 4}, 1, [&](int64_t) {
    OverRows(form.gated_product, {x.data(), x.data() + kWidth / 2, kWidth, kRows, kWidth / 2, Activation::Silu, y.data(), kWidth / 2},
             kWidth, team);
  });
  constexpr int64_t kSize = 128;
  const std::vector<int64_t> positions(static_cast<size_t>(kRows), 3);
  for (RotaryPairs pairs : {RotaryPairs::Halves, RotaryPairs::Neighbours}) {
    table.Add({pairs == RotaryPairs::Halves ? "rotary, halves" : "rotary, pairs", "16384 x 32 x 128", kBytes}, 1, [&](int64_t) {
      OverRows(
          form.rotary,
          {x.data(), kWidth, kRows, kWidth / kSize, kSize, kSize, pairs, positions.data(), weight.data(), weight.data(), y.data(), kWidth},
          kWidth, team);
    });
  }
}

/// One row of GPT-2's vocabulary on one thread, as each token is chosen.
void AddChoices(const Table& table, const KernelForm& form) {
  constexpr int64_t kVocabulary = 50257;
  constexpr int64_t kMost = 50;
  const int64_t rows = kMemoryReadBytes / 4 / kVocabulary;
  std::vector<float> x(static_cast<size_t>(rows * kVocabulary));
  uint32_t state = 1;
  for (float& logit : x) {
    state = state * 1664525U + 1013904223U;
    logit = static_cast<float>(state >> 8) * 0x1p-20F;
  }
  std::vector<ArgMaxResult> results(static_cast<size_t>(rows));
  std::vector<TopKEntry> entries(static_cast<size_t>(rows * kMost));
  table.Add({"arg-max", "1 x 50257", 4.0 * kVocabulary}, rows,
            [&](int64_t row) { form.arg_max({x.data(), kVocabulary, rows, kVocabulary, results.data()}, row, row + 1); });
  table.Add({"top-k", "50 of 50257", 4.0 * kVocabulary}, rows,
            [&](int64_t row) { form.top_k({x.data(), kVocabulary, rows, kVocabulary, kMost, entries.data()}, row, row + 1); });
}

}  // namespace

void BenchRowKernels(const KernelForm& form, const Machine& machine, ThreadTeam& team) {
  const Table table(machine);
  AddAttention(table, "1 row of 128", 1, 128, true, form, team);
  AddAttention(table, "1 row of 1024", 1, 1024, true, form, team);
  AddAttention(table, "512 rows, causal", 512, 512, true, form, team);
  AddAttention(table, "128 rows, all of 128", 128, 128, false, form, team);
  AddRowKernels(table, form, team);
  AddChoices(table, form);
}

}  // namespace plait
