// The packed linear layer in every form that this processor runs: right within rounding, and the same bits whatever stands beside a row.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <optional>
#include <string>

#include "panels.h"
#include "random.h"
#include "runtime/kernels/kernel_form.h"

namespace plait {
namespace {

struct Layer {
  Panels panels;
  /// What the packed weights stand for, [depth, columns].
  std::vector<float> weight;
  std::vector<float> bias;
};

Layer MakeLayer(int64_t depth, int64_t columns, uint32_t seed, WeightFormat format = WeightFormat::F32) {
  Layer layer{{}, RandomFloats(depth * columns, seed), RandomFloats(columns, seed + 1)};
  layer.panels = MakePanels(layer.weight, depth, columns, format);
  std::vector<float> column(static_cast<size_t>(depth));
  for (int64_t c = 0; c < columns; ++c) {
    UnpackColumn(layer.panels.packed(), depth, c, column.data());
    for (int64_t k = 0; k < depth; ++k) {
      layer.weight[static_cast<size_t>(k * columns + c)] = column[static_cast<size_t>(k)];
    }
  }
  return layer;
}

/// With the layer's bias.
LinearArgs ArgsOf(const Layer& layer, const float* x, int64_t rows, float* y) {
  LinearArgs args = ArgsOf(layer.panels, x, rows, y);
  args.bias = layer.bias.data();
  return args;
}

double ActivationReference(Activation activation, double x) {
  switch (activation) {
    case Activation::None:
      return x;
    case Activation::GeluTanh:
      return 0.5 * x * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x)));
    case Activation::GeluErf:
      return 0.5 * x * std::erfc(-x / std::sqrt(2.0));
    case Activation::Relu:
      return std::max(x, 0.0);
    case Activation::Tanh:
      return std::tanh(x);
    case Activation::Silu:
      return x / (1 + std::exp(-x));
    case Activation::QuickGelu:
      return x / (1 + std::exp(-1.702 * x));
  }
  return 0;
}

constexpr Activation kActivations[] = {Activation::None, Activation::GeluTanh, Activation::GeluErf,  Activation::Relu,
                                       Activation::Tanh, Activation::Silu,     Activation::QuickGelu};

/// The largest difference to the sums taken in double, relative to the size of their terms.
double WorstDifference(const Layer& layer, const LinearArgs& args) {
  double worst = 0;
  for (int64_t row = 0; row < args.rows; ++row) {
    for (int64_t column = 0; column < args.columns; ++column) {
      double sum = 0;
      double size = 1;
      for (int64_t k = 0; k < args.depth; ++k) {
        double term = static_cast<double>(args.x[row * args.depth + k]) * layer.weight[static_cast<size_t>(k * args.columns + column)];
        sum += term;
        size += std::abs(term);
      }
      double expected = ActivationReference(args.activation, sum + layer.bias[static_cast<size_t>(column)]);
      worst = std::max(worst, std::abs(expected - args.y[row * args.columns + column]) / size);
    }
  }
  return worst;
}

TEST_CASE("every form and format, over shapes and activations, is right within rounding") {
  ThreadPool pool(2);
  pool.Run([](ThreadTeam& team) {
    uint32_t seed = 1;
    for (const KernelForm* form : RunnableKernelForms()) {
      for (auto [depth, columns] : {std::pair<int64_t, int64_t>{1, 1}, {7, 64}, {33, 65}, {48, 130}, {1500, 70}}) {
        for (WeightFormat format : kFormats) {
          Layer layer = MakeLayer(depth, columns, ++seed, format);
          for (int64_t rows : {1, 2, 3, 4, 5, 6, 7, 13, 49, 100}) {
            std::vector<float> x = RandomFloats(rows * depth, ++seed);
            std::vector<float> y(static_cast<size_t>(rows * columns));
            LinearArgs args = ArgsOf(layer, x.data(), rows, y.data());
            args.activation = kActivations[seed % std::size(kActivations)];
            Linear(*form, args, team);
            INFO(std::string(form->name) << " " << depth << "x" << columns << " rows " << rows);
            CHECK(WorstDifference(layer, args) < 1e-6);
          }
        }
      }
    }
  });
}

TEST_CASE("a row's bits depend neither on the other rows nor on the team") {
  for (const KernelForm* form : RunnableKernelForms()) {
    for (auto [depth, columns] : {std::pair<int64_t, int64_t>{48, 130}, {2500, 70}}) {
      constexpr int64_t kRows = 100;
      for (WeightFormat format : kFormats) {
        Layer layer = MakeLayer(depth, columns, 5, format);
        std::vector<float> x = RandomFloats(kRows * depth, 6);
        std::optional<std::vector<float>> reference;
        for (int threads : {1, 2, 3}) {
          ThreadPool pool(threads);
          pool.Run([&](ThreadTeam& team) {
            for (int64_t piece : {1, 2, 3, 4, 5, 6, 7, 11, 48, 64, 100}) {
              std::vector<float> y(static_cast<size_t>(kRows * columns));
              for (int64_t row = 0; row < kRows; row += piece) {
                LinearArgs args = ArgsOf(layer, x.data() + row * depth, std::min(piece, kRows - row), y.data() + row * columns);
                args.activation = Activation::GeluTanh;
                Linear(*form, args, team);
              }
              reference = reference.value_or(y);
              CHECK(y == *reference);
            }
          });
        }
      }
    }
  }
}

TEST_CASE("no bias, and a residual that is the output itself") {
  ThreadPool pool(2);
  pool.Run([](ThreadTeam& team) {
    for (const KernelForm* form : RunnableKernelForms()) {
      for (int64_t depth : {40, 2100}) {
        Layer layer = MakeLayer(depth, 70, 9);
        std::vector<float> x = RandomFloats(7 * depth, 10);
        std::vector<float> plain(7 * 70);
        LinearArgs args = ArgsOf(layer, x.data(), 7, plain.data());
        args.bias = nullptr;
        Linear(*form, args, team);
        std::vector<float> residual = RandomFloats(7 * 70, 11);
        std::vector<float> y = residual;
        args.y = y.data();
        args.residual = y.data();
        Linear(*form, args, team);
        for (size_t i = 0; i < y.size(); ++i) {
          CHECK(y[i] == plain[i] + residual[i]);
        }
      }
    }
  });
}

TEST_CASE("activations over their whole range") {
  // One input and the weight 1: the layer is the activation.
  Layer identity = MakeLayer(1, 1, 1);
  const float one = 1;
  std::memcpy(identity.panels.bytes.data(), &one, sizeof(one));
  std::vector<float> x;
  for (float value = -100; value <= 100; value += 0.0137F) {
    x.push_back(value);
  }
  for (float value : {0.0F, -0.0F, 1e-30F, -1e-30F, 1e30F, -1e30F}) {
    x.push_back(value);
  }
  ThreadPool pool(1);
  pool.Run([&](ThreadTeam& team) {
    for (const KernelForm* form : RunnableKernelForms()) {
      for (Activation activation : kActivations) {
        std::vector<float> y(x.size());
        LinearArgs args = ArgsOf(identity, x.data(), static_cast<int64_t>(x.size()), y.data());
        args.bias = nullptr;
        args.activation = activation;
        Linear(*form, args, team);
        double worst = 0;
        for (size_t i = 0; i < x.size(); ++i) {
          worst =
              std::max(worst, std::abs(y[i] - ActivationReference(activation, x[i])) / std::max(1.0, std::abs(static_cast<double>(x[i]))));
        }
        INFO(std::string(form->name) << " activation " << static_cast<int>(activation));
        CHECK(worst < 3e-7);
      }
    }
  });
}

}  // namespace
}  // namespace plait
