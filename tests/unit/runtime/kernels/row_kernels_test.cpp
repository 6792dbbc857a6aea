// The kernels that take rows one by one, in every form: right within rounding over random shapes, in place as well, and a row's bits its
// own.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "random.h"
#include "runtime/kernels/kernel_form.h"
#include "runtime/kernels/over_rows.h"

namespace plait {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNone = std::numeric_limits<float>::quiet_NaN();
/// Edges of vectors and panels, then whatever comes.
constexpr int64_t kWidths[] = {1, 2, 15, 16, 17, 31, 63, 64, 65, 130, 257, 768, 1001};

double Silu(double x) { return x / (1 + std::exp(-x)); }

double WorstDifference(const std::vector<double>& expected, const std::vector<float>& got) {
  double worst = 0;
  for (size_t i = 0; i < expected.size(); ++i) {
    worst = std::max(worst, std::abs(expected[i] - got[i]) / std::max(1.0, std::abs(expected[i])));
  }
  return worst;
}

/// Whether floats have the same bits, where any NaN is like any other.
bool Same(const std::vector<float>& a, const std::vector<float>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](float x, float y) { return (std::isnan(x) && std::isnan(y)) || (x == y && std::signbit(x) == std::signbit(y)); });
}

/// Checks that a row's output depends neither on the rows beside it nor on the team. `compute(first, rows, team)` gives the output of rows.
template <class Compute>
void CheckRowsAlone(int64_t rows, const Compute& compute) {
  std::vector<float> whole;
  for (int threads : {1, 2, 3}) {
    ThreadPool pool(threads);
    pool.Run([&](ThreadTeam& team) {
      std::vector<float> together = compute(0, rows, team);
      std::vector<float> one_by_one;
      for (int64_t row = 0; row < rows; ++row) {
        std::vector<float> alone = compute(row, 1, team);
        one_by_one.insert(one_by_one.end(), alone.begin(), alone.end());
      }
      CHECK(Same(together, one_by_one));
      whole = threads == 1 ? together : whole;
      CHECK(Same(together, whole));
    });
  }
}

TEST_CASE("root mean square normalisation") {
  uint32_t seed = 1;
  for (const KernelForm* form : RunnableKernelForms()) {
    for (int64_t width : kWidths) {
      constexpr int64_t kRows = 40;
      const std::vector<float> x = RandomFloats(kRows * width, ++seed, 3);
      const std::vector<float> weight = RandomFloats(width, ++seed);
      auto compute = [&](int64_t first, int64_t rows, ThreadTeam& team) {
        std::vector<float> y(static_cast<size_t>(rows * width));
        RmsNormArgs args{.x = x.data() + first * width,
                         .x_stride = width,
                         .rows = rows,
                         .width = width,
                         .weight = weight.data(),
                         .epsilon = 1e-5F,
                         .y = y.data(),
                         .y_stride = width};
        OverRows(form->rms_norm, args, width, team);
        std::vector<float> in_place(args.x, args.x + rows * width);
        args.x = args.y = in_place.data();
        OverRows(form->rms_norm, args, width, team);
        CHECK(Same(y, in_place));
        return y;
      };
      std::vector<double> expected;
      for (int64_t row = 0; row < kRows; ++row) {
        double squares = 0;
        for (int64_t i = 0; i < width; ++i) {
          squares += std::pow(static_cast<double>(x[static_cast<size_t>(row * width + i)]), 2);
        }
        for (int64_t i = 0; i < width; ++i) {
          expected.push_back(x[static_cast<size_t>(row * width + i)] / std::sqrt(squares / static_cast<double>(width) + 1e-5F) *
                             weight[static_cast<size_t>(i)]);
        }
      }
      INFO(std::string(form->name) << " width " << width);
      ThreadPool pool(1);
      pool.Run([&](ThreadTeam& team) { CHECK(WorstDifference(expected, compute(0, kRows, team)) < 1e-6); });
      CheckRowsAlone(kRows, compute);
    }
  }
}

TEST_CASE("the product of gated linear units, gate and up side by side") {
  uint32_t seed = 100;
  for (const KernelForm* form : RunnableKernelForms()) {
    for (int64_t width : kWidths) {
      constexpr int64_t kRows = 20;
      const std::vector<float> x = RandomFloats(kRows * 2 * width, ++seed, 4);
      auto compute = [&](int64_t first, int64_t rows, ThreadTeam& team) {
        std::vector<float> y(static_cast<size_t>(rows * width));
        const float* gate = x.data() + first * 2 * width;
        OverRows(form->gated_product,
                 {.gate = gate, .up = gate + width, .x_stride = 2 * width, .rows = rows, .width = width, .y = y.data(), .y_stride = width},
                 2 * width, team);
        return y;
      };
      std::vector<double> expected;
      for (int64_t i = 0; i < kRows * width; ++i) {
        const auto gate = static_cast<size_t>(i / width * 2 * width + i % width);
        expected.push_back(Silu(x[gate]) * x[gate + static_cast<size_t>(width)]);
      }
      INFO(std::string(form->name) << " width " << width);
      ThreadPool pool(1);
      pool.Run([&](ThreadTeam& team) { CHECK(WorstDifference(expected, compute(0, kRows, team)) < 1e-6); });
      CheckRowsAlone(kRows, compute);
    }
  }
}

TEST_CASE("soft-max") {
  uint32_t seed = 200;
  for (const KernelForm* form : RunnableKernelForms()) {
    for (int64_t width : kWidths) {
      constexpr int64_t kRows = 20;
      const std::vector<float> x = RandomFloats(kRows * width, ++seed, 20);
      auto compute = [&](int64_t first, int64_t rows, ThreadTeam& team) {
        std::vector<float> y(static_cast<size_t>(rows * width));
        SoftmaxArgs args{.x = x.data() + first * width, .x_stride = width, .rows = rows, .width = width, .y = y.data(), .y_stride = width};
        OverRows(form->softmax, args, width, team);
        std::vector<float> in_place(args.x, args.x + rows * width);
        args.x = args.y = in_place.data();
        OverRows(form->softmax, args, width, team);
        CHECK(Same(y, in_place));
        return y;
      };
      std::vector<double> expected;
      for (int64_t row = 0; row < kRows; ++row) {
        const float* logits = x.data() + row * width;
        const float largest = *std::max_element(logits, logits + width);
        double sum = 0;
        for (int64_t i = 0; i < width; ++i) {
          sum += std::exp(static_cast<double>(logits[i]) - largest);
        }
        for (int64_t i = 0; i < width; ++i) {
          expected.push_back(std::exp(static_cast<double>(logits[i]) - largest) / sum);
        }
      }
      INFO(std::string(form->name) << " width " << width);
      ThreadPool pool(1);
      pool.Run([&](ThreadTeam& team) { CHECK(WorstDifference(expected, compute(0, kRows, team)) < 1e-6); });
      CheckRowsAlone(kRows, compute);
    }
  }
}

TEST_CASE("soft-max of what is infinite or not a number is torch's") {
  auto softmax = [](const KernelForm& form, std::vector<float> x) {
    const auto width = static_cast<int64_t>(x.size());
    form.softmax({.x = x.data(), .x_stride = width, .rows = 1, .width = width, .y = x.data(), .y_stride = width}, 0, 1);
    return x;
  };
  for (const KernelForm* form : RunnableKernelForms()) {
    for (size_t width : {1, 3, 16, 40}) {
      for (size_t place = 0; place < width; ++place) {
        for (float wrong : {kNone, kInfinity}) {
          std::vector<float> x(width, 1.0F);
          x[place] = wrong;
          CHECK(Same(softmax(*form, x), std::vector<float>(width, kNone)));
        }
        std::vector<float> only(width, -kInfinity);
        CHECK(Same(softmax(*form, only), std::vector<float>(width, kNone)));
        only[place] = -3;
        std::vector<float> expected(width, 0.0F);
        expected[place] = 1;
        CHECK(Same(softmax(*form, only), expected));
      }
    }
  }
}

struct Heads {
  int64_t rows;
  int64_t heads;
  int64_t size;
  int64_t rotated;
};

TEST_CASE("rotary embedding turns pairs of either kind, and leaves the rest of a head alone") {
  uint32_t seed = 300;
  constexpr int64_t kPositions = 50;
  for (const KernelForm* form : RunnableKernelForms()) {
    for (Heads shape :
         {Heads{1, 1, 2, 2}, {7, 3, 64, 64}, {5, 2, 80, 20}, {9, 1, 33, 32}, {4, 4, 128, 128}, {3, 2, 48, 34}, {2, 2, 6, 0}}) {
      const int64_t half = shape.rotated / 2;
      const int64_t stride = shape.heads * shape.size;
      const std::vector<float> x = RandomFloats(shape.rows * stride, ++seed);
      std::vector<float> cosines(static_cast<size_t>(kPositions * half));
      std::vector<float> sines(cosines.size());
      FillRotaryTables(RotaryFrequencies(10000, shape.rotated), 0, kPositions, cosines.data(), sines.data());
      std::vector<int64_t> positions;
      for (int64_t row = 0; row < shape.rows; ++row) {
        positions.push_back((row * 17 + 3) % kPositions);
      }
      for (RotaryPairs pairs : {RotaryPairs::Halves, RotaryPairs::Neighbours}) {
        auto compute = [&](int64_t first, int64_t rows, ThreadTeam& team) {
          std::vector<float> y(static_cast<size_t>(rows * stride));
          RotaryArgs args{.x = x.data() + first * stride,
                          .x_stride = stride,
                          .rows = rows,
                          .heads = shape.heads,
                          .head_size = shape.size,
                          .rotated = shape.rotated,
                          .pairs = pairs,
                          .positions = positions.data() + first,
                          .cosines = cosines.data(),
                          .sines = sines.data(),
                          .y = y.data(),
                          .y_stride = stride};
          OverRows(form->rotary, args, stride, team);
          std::vector<float> in_place(args.x, args.x + rows * stride);
          args.x = args.y = in_place.data();
          OverRows(form->rotary, args, stride, team);
          CHECK(Same(y, in_place));
          return y;
        };
        std::vector<double> expected(x.begin(), x.end());
        for (int64_t row = 0; row < shape.rows; ++row) {
          for (int64_t head = 0; head < shape.heads; ++head) {
            for (int64_t i = 0; i < half; ++i) {
              const double angle = static_cast<double>(positions[static_cast<size_t>(row)]) *
                                   std::pow(10000.0, -2.0 * static_cast<double>(i) / static_cast<double>(shape.rotated));
              const int64_t begin = row * stride + head * shape.size;
              const auto a = static_cast<size_t>(begin + (pairs == RotaryPairs::Halves ? i : 2 * i));
              const auto b = static_cast<size_t>(begin + (pairs == RotaryPairs::Halves ? i + half : 2 * i + 1));
              expected[a] = x[a] * std::cos(angle) - x[b] * std::sin(angle);
              expected[b] = x[b] * std::cos(angle) + x[a] * std::sin(angle);
            }
          }
        }
        INFO(std::string(form->name) << " head " << shape.size << " rotated " << shape.rotated);
        ThreadPool pool(1);
        pool.Run([&](ThreadTeam& team) { CHECK(WorstDifference(expected, compute(0, shape.rows, team)) < 1e-5); });
        CheckRowsAlone(shape.rows, compute);
      }
    }
  }
}

TEST_CASE("no rows are no work") {
  ThreadPool pool(2);
  pool.Run([](ThreadTeam& team) {
    for (const KernelForm* form : RunnableKernelForms()) {
      OverRows(form->rms_norm, RmsNormArgs{.width = 8}, 8, team);
      OverRows(form->gated_product, GatedProductArgs{.width = 8}, 8, team);
      OverRows(form->softmax, SoftmaxArgs{.width = 8}, 8, team);
      OverRows(form->rotary, RotaryArgs{.heads = 1, .head_size = 8}, 8, team);
      OverRows(form->arg_max, ArgMaxArgs{.width = 8}, 8, team);
      OverRows(form->top_k, TopKArgs{.width = 8, .k = 2}, 8, team);
    }
  });
}

}  // namespace
}  // namespace plait
