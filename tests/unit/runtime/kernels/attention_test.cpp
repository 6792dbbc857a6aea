// Attention and layer normalisation in every form: right within rounding, and a row's bits its own.
#include "runtime/kernels/attention.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "random.h"
#include "runtime/kernels/kernel_form.h"

namespace plait {
namespace {

struct Head {
  int64_t size = 0;
  int64_t positions = 0;
  int64_t value_stride = 0;
  std::vector<float> queries;  // [positions, size]
  std::vector<float> keys;     // [positions, size]
  std::vector<float> values;   // [positions, value_stride]
  std::vector<float> panels;

  /// Panels stand apart, as those of a slab do.
  [[nodiscard]] int64_t panel_stride() const { return size * kPanelColumns + 48; }
};

Head MakeHead(int64_t size, int64_t positions, uint32_t seed) {
  Head head{size, positions, size + 5, RandomFloats(positions * size, seed, 2), RandomFloats(positions * size, seed + 1), {}, {}};
  head.values = RandomFloats(positions * head.value_stride + 16, seed + 2);
  // What stands after the last key must not matter, even if it is no number.
  head.panels.assign(static_cast<size_t>(PanelCount(positions) * head.panel_stride()), std::numeric_limits<float>::quiet_NaN());
  StoreKeys(head.keys.data(), size, positions, size, 0, head.panels.data(), head.panel_stride());
  return head;
}

/// Rows [first, first + rows) of the head; each sees what stands before it in causal attention, else everything.
std::vector<float> Attend(const KernelForm& form, const Head& head, int64_t first, int64_t rows, bool causal) {
  std::vector<float> output(static_cast<size_t>(rows * head.size));
  form.attention({.queries = head.queries.data() + first * head.size,
                  .query_stride = head.size,
                  .rows = rows,
                  .key_panels = head.panels.data(),
                  .key_panel_stride = head.panel_stride(),
                  .values = head.values.data(),
                  .value_stride = head.value_stride,
                  .value_panel_stride = head.value_stride * kPanelColumns,
                  .output = output.data(),
                  .output_stride = head.size,
                  .head_size = head.size,
                  .scale = 0.3F,
                  .visible = causal ? first + 1 : head.positions,
                  .visible_step = causal ? 1 : 0});
  return output;
}

struct Difference {
  double absolute = 0;
  /// Relative to the terms of the scores: their rounding moves the weights, and so the output, in proportion.
  double relative = 0;
};

/// The largest differences to attention in double.
Difference WorstDifference(const Head& head, const std::vector<float>& output, bool causal) {
  Difference worst;
  for (int64_t row = 0; row < head.positions; ++row) {
    const int64_t visible = causal ? row + 1 : head.positions;
    std::vector<double> weights;
    double largest = -INFINITY;
    double terms = 1;
    for (int64_t key = 0; key < visible; ++key) {
      double score = 0;
      double size = 0;
      for (int64_t i = 0; i < head.size; ++i) {
        double term = static_cast<double>(head.queries[static_cast<size_t>(row * head.size + i)]) *
                      head.keys[static_cast<size_t>(key * head.size + i)];
        score += term;
        size += std::abs(term);
      }
      terms = std::max(terms, 1 + size * 0.3F);
      weights.push_back(score * 0.3F);
      largest = std::max(largest, weights.back());
    }
    double total = 0;
    for (double& weight : weights) {
      weight = std::exp(weight - largest);
      total += weight;
    }
    for (int64_t i = 0; i < head.size; ++i) {
      double sum = 0;
      for (int64_t key = 0; key < visible; ++key) {
        sum += weights[static_cast<size_t>(key)] * head.values[static_cast<size_t>(key * head.value_stride + i)];
      }
      double difference = std::abs(sum / total - output[static_cast<size_t>(row * head.size + i)]);
      worst.absolute = std::max(worst.absolute, difference);
      worst.relative = std::max(worst.relative, difference / terms);
    }
  }
  return worst;
}

TEST_CASE("attention is right within rounding, over head sizes and lengths") {
  uint32_t seed = 1;
  for (const KernelForm* form : RunnableKernelForms()) {
    for (int64_t size : {1, 8, 12, 16, 31, 64, 80, 130}) {
      for (int64_t positions : {1, 5, 16, 63, 64, 65, 130}) {
        Head head = MakeHead(size, positions, seed += 3);
        for (bool causal : {false, true}) {
          INFO(std::string(form->name) << " size " << size << " positions " << positions << " causal " << causal);
          Difference difference = WorstDifference(head, Attend(*form, head, 0, positions, causal), causal);
          CHECK(difference.relative < 5e-7);
        }
      }
    }
  }
}

TEST_CASE("a query's bits do not depend on the queries beside it") {
  for (const KernelForm* form : RunnableKernelForms()) {
    for (int64_t size : {12, 64}) {
      Head head = MakeHead(size, 200, 77);
      for (bool causal : {false, true}) {
        std::vector<float> whole = Attend(*form, head, 0, head.positions, causal);
        for (int64_t piece : {1, 2, 5, 6, 7, 64}) {
          std::vector<float> pieces;
          for (int64_t row = 0; row < head.positions; row += piece) {
            std::vector<float> part = Attend(*form, head, row, std::min(piece, head.positions - row), causal);
            pieces.insert(pieces.end(), part.begin(), part.end());
          }
          CHECK(pieces == whole);
        }
      }
    }
  }
}

TEST_CASE("scores far apart neither overflow nor leave the nearest key") {
  for (const KernelForm* form : RunnableKernelForms()) {
    Head head = MakeHead(16, 100, 3);
    for (float& query : head.queries) {
      query *= 1e4F;
    }
    CHECK(WorstDifference(head, Attend(*form, head, 0, head.positions, true), true).absolute < 5e-6);
  }
}

TEST_CASE("layer normalisation") {
  for (const KernelForm* form : RunnableKernelForms()) {
    for (int64_t width : {1, 7, 16, 36, 64, 130, 768}) {
      constexpr int64_t kRows = 5;
      std::vector<float> x = RandomFloats(kRows * width, 4, 3);
      for (float& value : x) {
        value += 10;
      }
      std::vector<float> weight = RandomFloats(width, 5);
      std::vector<float> bias = RandomFloats(width, 6);
      std::vector<float> y(x.size());
      LayerNormArgs args{x.data(), width, width, weight.data(), bias.data(), 1e-5F, y.data(), width};
      form->layer_norm(args, 0, kRows);
      double worst = 0;
      for (int64_t row = 0; row < kRows; ++row) {
        const float* in = x.data() + row * width;
        double mean = 0;
        double variance = 0;
        for (int64_t i = 0; i < width; ++i) {
          mean += in[i] / static_cast<double>(width);
        }
        for (int64_t i = 0; i < width; ++i) {
          variance += (in[i] - mean) * (in[i] - mean) / static_cast<double>(width);
        }
        for (int64_t i = 0; i < width; ++i) {
          auto place = static_cast<size_t>(i);
          double expected = (in[i] - mean) / std::sqrt(variance + 1e-5F) * weight[place] + bias[place];
          worst = std::max(worst, std::abs(expected - y[static_cast<size_t>(row * width + i)]));
        }
      }
      INFO(std::string(form->name) << " width " << width);
      CHECK(worst < 1e-5);
      args.y = x.data();
      form->layer_norm(args, 0, kRows);
      CHECK(x == y);
    }
  }
}

}  // namespace
}  // namespace plait
