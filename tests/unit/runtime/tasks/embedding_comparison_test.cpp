// Nearest rows and cosines against what plain arithmetic says, and two embedders whose vectors are known.
#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <map>
#include <random>
#include <utility>

#include "runtime/tasks/embedding_comparison.h"

namespace plait {
namespace {

using Vector = std::vector<float>;

double PlainCosine(std::span<const float> a, std::span<const float> b) {
  double product = 0;
  double of_a = 0;
  double of_b = 0;
  for (size_t k = 0; k < a.size(); ++k) {
    product += static_cast<double>(a[k]) * b[k];
    of_a += static_cast<double>(a[k]) * a[k];
    of_b += static_cast<double>(b[k]) * b[k];
  }
  return product / std::sqrt(of_a * of_b);
}

std::vector<size_t> PlainNearest(const VectorTable& table) {
  std::vector<size_t> nearest;
  for (size_t row = 0; row < table.rows(); ++row) {
    size_t best = row == 0 ? 1 : 0;
    for (size_t other = 0; other < table.rows(); ++other) {
      const bool is_nearer = PlainCosine(table.Row(row), table.Row(other)) > PlainCosine(table.Row(row), table.Row(best));
      best = other != row && is_nearer ? other : best;
    }
    nearest.push_back(best);
  }
  return nearest;
}

VectorTable RandomTable(size_t rows, size_t width, uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  VectorTable table{{}, width};
  for (size_t i = 0; i < rows * width; ++i) {
    table.numbers.push_back(normal(random));
  }
  return table;
}

Result<std::vector<size_t>> Nearest(const VectorTable& table, int threads = 1, const LineProgress& progress = {}) {
  Result<std::vector<size_t>> nearest = std::vector<size_t>();
  ThreadPool pool(threads);
  Cancellation cancellation;
  pool.Run([&](ThreadTeam& team) { nearest = NearestRows(table, progress, team, cancellation); });
  return nearest;
}

TEST_CASE("the cosine of equal vectors is 1, and zero vectors are like each other alone") {
  const Vector a = {0.1F, 0.7F, -3.3F};
  CHECK(CosineOf(a, a) == 1);
  CHECK(CosineOf(a, Vector{-0.1F, -0.7F, 3.3F}) == -1);
  CHECK(CosineOf(Vector{3, 4}, Vector{4, 3}) == 24.0 / 25);
  CHECK(CosineOf(Vector{1, 0}, Vector{0, 2}) == 0);
  CHECK(CosineOf(Vector{0, 0}, Vector{0, -0.0F}) == 1);
  CHECK(CosineOf(Vector{0, 0}, Vector{1, 1}) == 0);
  // Squares beyond what a float holds, and below.
  const Vector most(400, std::numeric_limits<float>::max());
  CHECK(CosineOf(most, most) == 1);
  const Vector least(1, std::numeric_limits<float>::denorm_min());
  CHECK(CosineOf(least, least) == 1);
  CHECK(CosineOf(least, Vector{-1}) == -1);
  for (uint32_t seed = 1; seed < 50; ++seed) {
    const VectorTable parallel = RandomTable(1, 1 + seed, seed);
    Vector scaled;
    for (float number : parallel.numbers) {
      scaled.push_back(number * 0.3F);
    }
    CHECK(CosineOf(parallel.numbers, scaled) <= 1);
  }
}

TEST_CASE("nearest rows are those of plain arithmetic, on any number of threads") {
  for (const auto& [rows, width] : {std::pair<size_t, size_t>{2, 3}, {7, 1}, {8, 16}, {9, 5}, {64, 2}, {65, 40}, {131, 384}, {700, 7}}) {
    INFO("rows " << rows << " width " << width);
    const VectorTable table = RandomTable(rows, width, static_cast<uint32_t>(rows));
    const std::vector<size_t> expected = PlainNearest(table);
    for (int threads : {1, 2, 3}) {
      CHECK(*Nearest(table, threads) == expected);
    }
  }
}

TEST_CASE("of rows that are as near, the first is the nearest") {
  // The third to fifth are equal; the zero rows are like each other, and as far from all others.
  const VectorTable table{{1, 0, 0, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, -1, 0}, 2};
  CHECK(*Nearest(table) == std::vector<size_t>{2, 2, 3, 2, 2, 6, 5, 5, 1});
  CHECK(*Nearest({{0, 0, 1, 1, 2, 0}, 2}) == std::vector<size_t>{1, 2, 1});
  std::vector<size_t> first(300, 0);
  first[0] = 1;
  CHECK(*Nearest({Vector(600, 0.3F), 2}, 2) == first);
}

TEST_CASE("the search tells its progress and stops where the caller wants it to") {
  std::vector<int64_t> done;
  const VectorTable table = RandomTable(600, 4, 1);
  CHECK(Nearest(table, 1, [&](int64_t rows, int64_t total) {
          CHECK(total == 600);
          done.push_back(rows);
        }).ok());
  CHECK(done == std::vector<int64_t>{256, 512, 600});
  Result<std::vector<size_t>> stopped = std::vector<size_t>();
  ThreadPool pool(1);
  Cancellation cancellation;
  pool.Run([&](ThreadTeam& team) {
    stopped = NearestRows(table, [&](int64_t /*rows*/, int64_t /*total*/) { cancellation.Cancel(); }, team, cancellation);
  });
  REQUIRE(!stopped.ok());
  CHECK(stopped.error().kind == FailureKind::Cancelled);
}

/// Answers with vectors by text.
class FakeEmbedder : public TaskModel {
 public:
  explicit FakeEmbedder(std::map<std::string, Vector> vectors) : vectors_(std::move(vectors)) {}

  std::vector<Result<Value>> Call(std::string_view method, std::span<const ValueFields> calls,
                                  const CallContext& /*context*/) const override {
    REQUIRE(method == "embed");
    std::vector<Result<Value>> answers;
    for (const ValueFields& call : calls) {
      REQUIRE(call.size() == 1);
      REQUIRE(call[0].first == "text");
      const Vector& numbers = vectors_.at(call[0].second.AsString());
      Tensor vector = MakeTensor(TensorElement::F32, {static_cast<int64_t>(numbers.size())});
      for (size_t k = 0; k < numbers.size(); ++k) {
        vector.Set<float>(k, numbers[k]);
      }
      answers.emplace_back(Value::OfTensor(std::move(vector)));
    }
    return answers;
  }
  [[nodiscard]] bool is_stand_in() const override { return false; }

 private:
  std::map<std::string, Vector> vectors_;
};

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNone = std::numeric_limits<float>::quiet_NaN();

const FakeEmbedder kExact({{"a", {4, 3}}, {"b", {1, 0}}, {"c", {0, 2}}, {"zero", {0, 0}}, {"odd", {kNone, 0}}, {"great", {1, 1}}});
const FakeEmbedder kInClass({{"a", {3, 4}}, {"b", {1, 0}}, {"c", {0, 1}}, {"zero", {0, 0}}, {"odd", {1, 1}}, {"great", {0, -kInfinity}}});

Result<EmbeddingComparison> Compare(std::string_view text, const LineProgress& progress = {}) {
  Result<EmbeddingComparison> compared = EmbeddingComparison();
  ThreadPool pool(2);
  Cancellation cancellation;
  const std::vector<TextLine> lines = LinesOf(text);
  const std::string name = "texts.txt";
  pool.Run([&](ThreadTeam& team) { compared = CompareEmbeddings(kExact, kInClass, {lines, name}, progress, {team, cancellation}); });
  return compared;
}

TEST_CASE("equal nearest texts, the mean and the least cosine") {
  Result<EmbeddingComparison> compared = Compare("b\n\na\nc\na\n");
  REQUIRE(compared.ok());
  CHECK(compared->equal_tops == 4);
  // The nearest of `a` changes from b to c; those of the others do not.
  compared = Compare("b\n\na\nc\n");
  REQUIRE(compared.ok());
  CHECK(compared->equal_tops == 2);
  CHECK(compared->mean_cosine == (1 + 24.0 / 25 + 1) / 3);
  CHECK(compared->least_cosine == 24.0 / 25);
  CHECK(compared->least_line == 3);
  compared = Compare("b\nzero");
  REQUIRE(compared.ok());
  CHECK(compared->equal_tops == 2);
  CHECK(compared->mean_cosine == 1);
  CHECK(compared->least_cosine == 1);
  CHECK(compared->least_line == 1);
}

TEST_CASE("progress goes once through the lines, half of it before the search") {
  std::vector<std::pair<int64_t, int64_t>> told;
  std::string text;
  for (int i = 0; i < 100; ++i) {
    text += "b\n";
  }
  REQUIRE(Compare(text, [&](int64_t done, int64_t total) { told.emplace_back(done, total); }).ok());
  CHECK(told == std::vector<std::pair<int64_t, int64_t>>{{32, 100}, {50, 100}, {75, 100}, {100, 100}});
}

TEST_CASE("a vector that is not finite, in either precision, fails and its line is named") {
  for (std::string_view text : {"a\nb\nodd", "a\nb\ngreat"}) {
    Result<EmbeddingComparison> compared = Compare(text);
    REQUIRE(!compared.ok());
    CHECK(compared.error().kind == FailureKind::Arithmetic);
    CHECK(compared.error().message == "the vector's numbers are not finite");
    CHECK(compared.error().place == "texts.txt:3");
  }
}

}  // namespace
}  // namespace plait
