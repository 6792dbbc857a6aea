// Arg-max and top-k of rows, in every form, against a sort.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "runtime/kernels/kernel_form.h"
#include "runtime/kernels/over_rows.h"

namespace plait {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNone = std::numeric_limits<float>::quiet_NaN();

/// Few different values, so that many are equal; with zeros of both signs, and now and then with what is infinite or not a number.
std::vector<float> RandomRow(int64_t width, std::mt19937& random, bool is_finite) {
  std::vector<float> row;
  const auto values = static_cast<uint32_t>(random() % 3 == 0 ? 5 : 100'000);
  for (int64_t i = 0; i < width; ++i) {
    const auto value = static_cast<float>(random() % values) - static_cast<float>(values / 2);
    row.push_back(value == 0 && random() % 2 == 0 ? -0.0F : value);
  }
  if (!is_finite) {
    for (uint32_t i = 0; i < 1 + random() % 3; ++i) {
      const float wrong[] = {kInfinity, -kInfinity, kNone, -kNone};
      row[random() % row.size()] = wrong[random() % 4];
    }
  }
  return row;
}

/// All indices, as torch.topk orders them where it is free to choose among equal elements.
std::vector<int32_t> Sorted(const std::vector<float>& row) {
  std::vector<int32_t> indices(row.size());
  std::iota(indices.begin(), indices.end(), 0);
  std::stable_sort(indices.begin(), indices.end(), [&](int32_t a, int32_t b) {
    const float x = row[static_cast<size_t>(a)];
    const float y = row[static_cast<size_t>(b)];
    return std::isnan(x) ? !std::isnan(y) : x > y;
  });
  return indices;
}

TEST_CASE("arg-max is the first of the largest, and tells what is not finite") {
  std::mt19937 random(1);
  for (const KernelForm* form : RunnableKernelForms()) {
    for (int64_t width : {1, 2, 15, 16, 17, 63, 64, 65, 129, 1000, 2047, 2048, 2049, 4096, 4100, 50257}) {
      for (int round = 0; round < (width < 5000 ? 60 : 6); ++round) {
        const bool is_finite = round % 2 == 0;
        const std::vector<float> row = RandomRow(width, random, is_finite);
        ArgMaxResult result;
        form->arg_max({.x = row.data(), .x_stride = width, .rows = 1, .width = width, .results = &result}, 0, 1);
        INFO(std::string(form->name) << " width " << width << " round " << round);
        CHECK(result.index == Sorted(row)[0]);
        CHECK(result.all_finite == is_finite);
      }
    }
  }
}

TEST_CASE("arg-max finds what is not finite wherever it stands") {
  for (const KernelForm* form : RunnableKernelForms()) {
    for (int64_t width : {1, 17, 64, 100, 2113}) {
      for (int64_t place = 0; place < width; ++place) {
        for (float wrong : {kInfinity, -kInfinity, kNone}) {
          std::vector<float> row(static_cast<size_t>(width), -7.0F);
          row[static_cast<size_t>(place)] = wrong;
          ArgMaxResult result;
          form->arg_max({.x = row.data(), .x_stride = width, .rows = 1, .width = width, .results = &result}, 0, 1);
          REQUIRE(!result.all_finite);
          REQUIRE(result.index == (wrong == -kInfinity ? (place == 0 && width > 1 ? 1 : 0) : place));
        }
      }
    }
  }
}

TEST_CASE("top-k is the beginning of a stable sort") {
  std::mt19937 random(2);
  for (const KernelForm* form : RunnableKernelForms()) {
    for (int64_t width : {1, 2, 16, 17, 33, 64, 200, 1000, 50257}) {
      for (int64_t k : {int64_t{0}, int64_t{1}, int64_t{2}, int64_t{5}, int64_t{50}, width / 2, width}) {
        for (int round = 0; k <= width && round < (width < 5000 ? 10 : 2); ++round) {
          const std::vector<float> row = RandomRow(width, random, round % 2 == 0);
          std::vector<TopKEntry> entries(static_cast<size_t>(k));
          form->top_k({.x = row.data(), .x_stride = width, .rows = 1, .width = width, .k = k, .entries = entries.data()}, 0, 1);
          const std::vector<int32_t> expected = Sorted(row);
          int wrong = 0;
          for (size_t i = 0; i < entries.size(); ++i) {
            const float value = row[static_cast<size_t>(expected[i])];
            const bool same_value = entries[i].value == value || (std::isnan(value) && std::isnan(entries[i].value));
            wrong += entries[i].index == expected[i] && same_value ? 0 : 1;
          }
          INFO(std::string(form->name) << " width " << width << " k " << k);
          CHECK(wrong == 0);
        }
      }
    }
  }
}

TEST_CASE("rows are chosen from alone, whatever the team") {
  constexpr int64_t kRows = 30;
  constexpr int64_t kWidth = 3001;
  constexpr int64_t kMost = 7;
  std::mt19937 random(3);
  std::vector<float> rows;
  std::vector<int32_t> expected;
  for (int64_t row = 0; row < kRows; ++row) {
    const std::vector<float> values = RandomRow(kWidth, random, true);
    const std::vector<int32_t> sorted = Sorted(values);
    rows.insert(rows.end(), values.begin(), values.end());
    expected.insert(expected.end(), sorted.begin(), sorted.begin() + kMost);
  }
  for (int threads : {1, 3}) {
    ThreadPool pool(threads);
    pool.Run([&](ThreadTeam& team) {
      for (const KernelForm* form : RunnableKernelForms()) {
        std::vector<TopKEntry> entries(kRows * kMost);
        std::vector<ArgMaxResult> results(kRows);
        OverRows(form->top_k, {.x = rows.data(), .x_stride = kWidth, .rows = kRows, .width = kWidth, .k = kMost, .entries = entries.data()},
                 kWidth, team);
        OverRows(form->arg_max, {.x = rows.data(), .x_stride = kWidth, .rows = kRows, .width = kWidth, .results = results.data()}, kWidth,
                 team);
        for (size_t i = 0; i < entries.size(); ++i) {
          CHECK(entries[i].index == expected[i]);
        }
        for (size_t row = 0; row < results.size(); ++row) {
          CHECK(results[row].index == expected[row * kMost]);
        }
      }
    });
  }
}

}  // namespace
}  // namespace plait
