// Texts through a fake classifier: what shares a pass, and whose failure is whose.
#include "runtime/tasks/encoder_batch.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "fakes.h"

namespace plait {
namespace {

Encoding Text(Tokens input_ids, int32_t type = 0) {
  Tokens types(input_ids.size(), type);
  return {std::move(input_ids), std::move(types)};
}

/// The first token and the number of tokens.
std::vector<float> FirstAndCount(std::span<const int32_t> input_ids, std::span<const int32_t> types) {
  return {static_cast<float>(input_ids.front() + 1000 * types.front()), static_cast<float>(input_ids.size())};
}

std::vector<Result<std::vector<float>>> Run(const FakeClassifier& model, const std::vector<Encoding>& texts,
                                            CallStatistics* statistics = nullptr) {
  std::vector<Result<std::vector<float>>> results;
  WithContext([&](CallContext& context) {
    context.statistics = statistics;
    results = RunEncoder(model, texts, "models/fake", context);
  });
  return results;
}

TEST_CASE("one pass for a list of texts, equal ones once") {
  FakeClassifier model(2, FirstAndCount);
  CallStatistics statistics;
  auto rows = Run(model, {Text({5, 6}), Text({7}), Text({5, 6}), Text({7}, 1)}, &statistics);
  REQUIRE(rows.size() == 4);
  CHECK(*rows[0] == std::vector<float>{5, 2});
  CHECK(*rows[1] == std::vector<float>{7, 1});
  CHECK(*rows[2] == std::vector<float>{5, 2});
  CHECK(*rows[3] == std::vector<float>{1007, 1});
  CHECK(model.passes == std::vector<size_t>{3});
  CHECK(statistics.prompt_tokens == 4);
  CHECK(statistics.bytes_streamed == 4200);
  CHECK(statistics.operations == 2 * (4 * 1000 + 3 * 50));
  CHECK(Run(model, {}).empty());
}

TEST_CASE("a long list is cut into portions, a long text stays whole") {
  FakeClassifier model(2, FirstAndCount);
  std::vector<Encoding> texts;
  for (int32_t i = 0; i < 10; ++i) {
    texts.push_back(Text(Tokens(500, i)));
  }
  texts.push_back(Text(Tokens(3000, 77)));
  auto rows = Run(model, texts);
  CHECK(model.passes == std::vector<size_t>{4, 4, 2, 1});
  CHECK(*rows[9] == std::vector<float>{9, 500});
  CHECK(*rows[10] == std::vector<float>{77, 3000});
}

TEST_CASE("logits that are not finite fail their text alone") {
  FakeClassifier model(1, [](std::span<const int32_t> ids, std::span<const int32_t>) {
    return std::vector<float>{ids.front() == 2 ? std::numeric_limits<float>::infinity() : 1.0F};
  });
  auto rows = Run(model, {Text({1}), Text({2}), Text({3})});
  CHECK(rows[0].ok());
  REQUIRE(!rows[1].ok());
  CHECK(rows[1].error().kind == FailureKind::Arithmetic);
  CHECK(rows[1].error().message == "the logits are not finite; the model is models/fake");
  CHECK(rows[2].ok());
}

TEST_CASE("a cancelled list keeps what is done") {
  FakeClassifier model(2, FirstAndCount);
  ThreadPool pool(1);
  Cancellation cancellation;
  model.after_pass = [&] { cancellation.Cancel(); };
  pool.Run([&](ThreadTeam& team) {
    CallContext context{team, cancellation, 0, nullptr};
    std::vector<Encoding> texts = {Text(Tokens(2000, 1)), Text(Tokens(2000, 2))};
    auto rows = RunEncoder(model, texts, "models/fake", context);
    CHECK(rows[0].ok());
    REQUIRE(!rows[1].ok());
    CHECK(rows[1].error().kind == FailureKind::Cancelled);
  });
}

TEST_CASE("lengths") {
  CHECK(CheckTextLength(Text(Tokens(512, 1)), 512).ok());
  Result<void> too_long = CheckTextLength(Text(Tokens(513, 1)), 512);
  REQUIRE(!too_long.ok());
  CHECK(too_long.error().kind == FailureKind::PromptTooLong);
  CHECK(too_long.error().message == "the text has 513 tokens with its special ones; the model has 512 positions");
  CHECK(CheckTextLength({}, 512).error().kind == FailureKind::ArgumentRange);
}

}  // namespace
}  // namespace plait
