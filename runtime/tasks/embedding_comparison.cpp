#include "runtime/tasks/embedding_comparison.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

#include "runtime/kernels/kernel_form.h"
#include "runtime/nn/linear_layer.h"

namespace plait {
namespace {

double Dot(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (size_t k = 0; k < a.size(); ++k) {
    sum += static_cast<double>(a[k]) * static_cast<double>(b[k]);
  }
  return sum;
}

/// A table's rows as unit vectors, whose scalar products are their cosines, [rows, width + 1]. Zero rows are like each other and unlike all
/// else: they have an element of their own.
std::vector<float> UnitRows(const VectorTable& table) {
  std::vector<float> units;
  units.reserve(table.rows() * (table.width + 1));
  for (size_t row = 0; row < table.rows(); ++row) {
    const std::span<const float> numbers = table.Row(row);
    const double length = std::sqrt(Dot(numbers, numbers));
    std::ranges::transform(numbers, std::back_inserter(units), [&](float x) { return length > 0 ? static_cast<float>(x / length) : 0; });
    units.push_back(length > 0 ? 0 : 1);
  }
  return units;
}

/// Appends the vector of an answer to a table that will have so many rows. Fails with `arithmetic` where it is not finite.
Result<void> Append(const Value& answer, size_t rows, VectorTable& table) {
  const Tensor& vector = answer.AsTensor();
  table.width = vector.count();
  table.numbers.reserve(rows * table.width);
  for (size_t k = 0; k < table.width; ++k) {
    table.numbers.push_back(vector.At<float>(k));
    if (!std::isfinite(table.numbers.back())) {
      return Error{FailureKind::Arithmetic, "the vector's numbers are not finite", "", {}};
    }
  }
  return {};
}

}  // namespace

double CosineOf(std::span<const float> a, std::span<const float> b) {
  const double square_a = Dot(a, a);
  const double square_b = Dot(b, b);
  if (square_a == 0 || square_b == 0) {
    return square_a == square_b ? 1 : 0;
  }
  // The root of a product of equal numbers is that number: equal vectors give 1.
  return std::clamp(Dot(a, b) / std::sqrt(square_a * square_b), -1.0, 1.0);
}

Result<std::vector<size_t>> NearestRows(const VectorTable& table, const LineProgress& progress, ThreadTeam& team,
                                        const Cancellation& cancellation) {
  constexpr int64_t kRowsAtOnce = 256;  // between two looks at what the caller wants
  const auto rows = static_cast<int64_t>(table.rows());
  const std::vector<float> units = UnitRows(table);
  const auto cosines_to_all = LinearLayer::FromValues(*RunnableKernelForms().front(), units, static_cast<int64_t>(table.width) + 1, rows);
  std::vector<float> cosines(static_cast<size_t>(std::min(kRowsAtOnce, rows) * rows));
  std::vector<size_t> nearest(table.rows());
  for (int64_t begin = 0; begin < rows; begin += kRowsAtOnce) {
    PLAIT_TRY_VOID(cancellation.Check());
    const int64_t end = std::min(begin + kRowsAtOnce, rows);
    cosines_to_all.Forward(units.data() + begin * cosines_to_all.in_features(), end - begin, cosines.data(), {}, team);
    team.ParallelFor(end - begin, 1, [&](int64_t first, int64_t last) {
      for (int64_t row = first; row < last; ++row) {
        float* own = cosines.data() + row * rows;
        own[begin + row] = -2;  // below any cosine
        nearest[static_cast<size_t>(begin + row)] = static_cast<size_t>(std::max_element(own, own + rows) - own);
      }
    });
    if (progress) {
      progress(end, rows);
    }
  }
  return nearest;
}

Result<EmbeddingComparison> CompareEmbeddings(const TaskModel& exact, const TaskModel& in_class, const NamedLines& texts,
                                              const LineProgress& progress, const CallContext& context) {
  EmbeddingComparison comparison;
  VectorTable expected;
  VectorTable got;
  auto call_of = [](const TextLine& line) { return ValueFields{{"text", Value::String(line.text)}}; };
  auto take = [&](const TextLine& line, const Value& exact_answer, const Value& class_answer) -> Result<void> {
    PLAIT_TRY_VOID(Append(exact_answer, texts.lines.size(), expected));
    PLAIT_TRY_VOID(Append(class_answer, texts.lines.size(), got));
    const double cosine = CosineOf(expected.Row(expected.rows() - 1), got.Row(got.rows() - 1));
    comparison.mean_cosine += cosine;
    if (comparison.least_line == 0 || cosine < comparison.least_cosine) {
      comparison.least_cosine = cosine;
      comparison.least_line = line.number;
    }
    return {};
  };
  // A line is embedded, then searched for among the vectors of either model: two quarters, and one each.
  auto quarters = [&](int64_t before, int64_t each) -> LineProgress {
    if (!progress) {
      return {};
    }
    return [=, &progress](int64_t done, int64_t total) { progress((before * total + each * done) / 4, total); };
  };
  PLAIT_TRY_VOID(AskOfLines(exact, in_class, texts, {"embed", call_of, take}, quarters(0, 2), context));
  PLAIT_TRY(std::vector<size_t> expected_nearest, NearestRows(expected, quarters(2, 1), context.team, context.cancellation));
  PLAIT_TRY(std::vector<size_t> got_nearest, NearestRows(got, quarters(3, 1), context.team, context.cancellation));
  for (size_t row = 0; row < expected_nearest.size(); ++row) {
    comparison.equal_tops += expected_nearest[row] == got_nearest[row] ? 1 : 0;
  }
  comparison.mean_cosine /= static_cast<double>(expected.rows());
  return comparison;
}

}  // namespace plait
