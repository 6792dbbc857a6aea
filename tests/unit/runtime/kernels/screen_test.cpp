// Which outputs may be the largest, and what computes only them, in every form: against what the bounds say in double, and against the
// whole layer to the bit.
#include "runtime/kernels/screen.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <random>
#include <string>
#include <vector>

#include "panels.h"
#include "random.h"
#include "runtime/kernels/kernel_form.h"

namespace plait {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNone = std::numeric_limits<float>::quiet_NaN();

struct Scores {
  std::vector<float> values;
  std::vector<float> scales;
  float slack = 0;
};

Scores RandomScores(int64_t columns, float slack, std::mt19937& random) {
  Scores scores{RandomFloats(columns, static_cast<uint32_t>(random())), RandomFloats(columns, static_cast<uint32_t>(random())), slack};
  for (float& scale : scores.scales) {
    scale = std::abs(scale);
  }
  return scores;
}

/// The groups that are found, or nothing where there are too many.
std::vector<int32_t> Find(const KernelForm& form, const Scores& scores, int64_t most) {
  std::vector<int32_t> groups(static_cast<size_t>(most));
  const int64_t found = form.screen({.scores = scores.values.data(),
                                     .scales = scores.scales.data(),
                                     .columns = static_cast<int64_t>(scores.values.size()),
                                     .slack = scores.slack,
                                     .groups = groups.data(),
                                     .most_groups = most});
  groups.resize(static_cast<size_t>(std::max<int64_t>(found, 0)));
  return groups;
}

int64_t GroupCount(const Scores& scores) { return (static_cast<int64_t>(scores.values.size()) + kScreenGroup - 1) / kScreenGroup; }

/// By how much each group's best case is above what the largest output surely reaches, in double.
std::vector<double> Margins(const Scores& scores) {
  double surely = -std::numeric_limits<double>::infinity();
  std::vector<double> margins(static_cast<size_t>(GroupCount(scores)), surely);
  for (size_t c = 0; c < scores.values.size(); ++c) {
    const double spread = static_cast<double>(scores.slack) * scores.scales[c];
    surely = std::max(surely, scores.values[c] - spread);
    double& best = margins[c / kScreenGroup];
    best = std::max(best, scores.values[c] + spread);
  }
  for (double& margin : margins) {
    margin -= surely;
  }
  return margins;
}

TEST_CASE("a group is found if and only if one of its outputs may be the largest") {
  constexpr double kRounding = 1e-5;
  std::mt19937 random(21);
  for (const KernelForm* form : RunnableKernelForms()) {
    size_t left_out = 0;
    for (int64_t columns : {1, 15, 16, 17, 64, 300, 3001}) {
      for (float slack : {0.0F, 0.01F, 0.2F, 1.0F, 10.0F}) {
        const Scores scores = RandomScores(columns, slack, random);
        const std::vector<double> margins = Margins(scores);
        const std::vector<int32_t> found = Find(*form, scores, GroupCount(scores));
        INFO(std::string(form->name) << " columns " << columns << " slack " << slack);
        REQUIRE(std::ranges::is_sorted(found));
        CHECK(!found.empty());
        for (size_t group = 0; group < margins.size(); ++group) {
          const bool is_found = std::ranges::binary_search(found, static_cast<int32_t>(group));
          CHECK((is_found || margins[group] < kRounding));
          CHECK((!is_found || margins[group] > -kRounding));
        }
        left_out += margins.size() - found.size();
      }
    }
    CHECK(left_out > 500);
  }
}

TEST_CASE("equal outputs are all found, and more than there is room for are none") {
  for (const KernelForm* form : RunnableKernelForms()) {
    Scores scores{std::vector<float>(100, 0.5F), std::vector<float>(100, 1.0F), 0};
    CHECK(Find(*form, scores, 7) == std::vector<int32_t>{0, 1, 2, 3, 4, 5, 6});
    CHECK(Find(*form, scores, 6).empty());
    scores.values[40] = 1;
    CHECK(Find(*form, scores, 1) == std::vector<int32_t>{2});
    // What is within twice the slack of the largest may be larger than it.
    scores.slack = 0.25F;
    CHECK(Find(*form, scores, 7).size() == 7);
    scores.slack = 0.2F;
    CHECK(Find(*form, scores, 7) == std::vector<int32_t>{2});
  }
}

TEST_CASE("what is not a number is always found") {
  for (const KernelForm* form : RunnableKernelForms()) {
    for (size_t place : {0, 17, 99}) {
      Scores scores{std::vector<float>(100, -3.0F), std::vector<float>(100, 1.0F), 0.5F};
      scores.values[50] = 100;
      scores.values[place] = kNone;
      const std::vector<int32_t> found = Find(*form, scores, 7);
      CHECK(found == std::vector<int32_t>{std::min(static_cast<int32_t>(place / 16), 3), std::max(static_cast<int32_t>(place / 16), 3)});
      scores.values[place] = kInfinity;
      CHECK(Find(*form, scores, 7) == std::vector<int32_t>{static_cast<int32_t>(place / 16)});
    }
  }
}

TEST_CASE("a group of outputs for one row is, to the bit, what the whole layer gives, and nothing else is written") {
  constexpr int64_t kRows = 7;
  for (const KernelForm* form : RunnableKernelForms()) {
    for (auto [depth, columns] : {std::pair<int64_t, int64_t>{1, 1}, {33, 65}, {48, 130}, {1500, 77}}) {
      for (WeightFormat format : kFormats) {
        const Panels panels = MakePanels(RandomFloats(depth * columns, 22), depth, columns, format);
        const std::vector<float> x = RandomFloats(kRows * depth, 23);
        const std::vector<float> bias = RandomFloats(columns, 24);
        const std::vector<float> residual = RandomFloats(kRows * columns, 25);
        auto with_parts = [&](std::vector<float>& y) {
          LinearArgs args = ArgsOf(panels, x.data(), kRows, y.data());
          args.bias = bias.data();
          args.activation = Activation::GeluErf;
          args.residual = residual.data();
          return args;
        };
        std::vector<float> whole(static_cast<size_t>(kRows * columns));
        const LinearArgs args = with_parts(whole);
        form->linear(args, 0, LinearPieces(args));
        std::vector<float> expected(whole.size(), kInfinity);
        std::vector<float> y = expected;
        INFO(std::string(form->name) << " " << depth << "x" << columns << " format " << static_cast<int>(format));
        for (int64_t group = 0; group * kScreenGroup < columns; ++group) {
          for (int64_t row = kRows; row-- > 0;) {
            form->linear_group(with_parts(y), row, group);
            const int64_t begin = row * columns + group * kScreenGroup;
            const int64_t end = row * columns + std::min(columns, (group + 1) * kScreenGroup);
            std::copy(whole.begin() + begin, whole.begin() + end, expected.begin() + begin);
            REQUIRE(y == expected);
          }
        }
      }
    }
  }
}

}  // namespace
}  // namespace plait
