// Hypotheses, truncation and scores of zero-shot classification.
#include "runtime/tasks/zero_shot.h"

#include <doctest/doctest.h>

#include "oracle.h"
#include "runtime/tasks/text_cut.h"

namespace plait {
namespace {

TEST_CASE("a template takes the label where {} stands") {
  auto with = [](std::string_view text) {
    Result<HypothesisTemplate> parsed = HypothesisTemplate::Parse(text);
    REQUIRE(parsed.ok());
    return parsed->With("a {} b");
  };
  CHECK(with("This is {}.") == "This is a {} b.");
  CHECK(with("{}") == "a {} b");
  CHECK(with("{{x}} {} }}{{") == "{x} a {} b }{");
  for (std::string_view text : {"", "no place", "{{}}", "{} and {}", "{0}", "{", "x } {}", "{} {"}) {
    CAPTURE(text);
    Result<HypothesisTemplate> parsed = HypothesisTemplate::Parse(text);
    REQUIRE(!parsed.ok());
    CHECK(parsed.error().kind == FailureKind::ArgumentRange);
  }
  CHECK(HypothesisTemplate::Parse("x").error().message == R"(`hypothesis_template` is "x", expected `{}` where the label goes)");
}

TEST_CASE("the entailment label is found by its name") {
  auto ids = [](std::string_view config) {
    Result<EntailmentIds> found = FindEntailment(Json(config), 3, "m");
    REQUIRE(found.ok());
    return std::pair(found->entailment, found->contradiction);
  };
  CHECK(ids(R"({"label2id": {"CONTRADICTION": 0, "NEUTRAL": 1, "ENTAILMENT": 2}})") == std::pair<size_t, size_t>(2, 0));
  CHECK(ids(R"({"label2id": {"entailment": 0, "neutral": 1, "contradiction": 2}})") == std::pair<size_t, size_t>(0, 2));
  CHECK(ids(R"({"id2label": {"0": "no", "1": "Entails", "2": "x"}})") == std::pair<size_t, size_t>(1, 0));
  Result<EntailmentIds> none = FindEntailment(Json("{}"), 2, "m");
  REQUIRE(!none.ok());
  CHECK(none.error().kind == FailureKind::ModelUnsupported);
  CHECK(none.error().message == "`label2id` has no label that begins with `entail` among LABEL_0, LABEL_1");
  CHECK(!FindEntailment(Json(R"({"label2id": {"entailment": 7}})"), 3, "m").ok());
}

TEST_CASE("only the first text of a pair is cut, from its end") {
  // 0 a b c 2 2 x y 2, as RoBERTa joins two texts.
  Encoding pair{{0, 10, 11, 12, 2, 2, 20, 21, 2}, {0, 0, 0, 0, 0, 1, 1, 1, 1}};
  std::vector<int32_t> first = {10, 11, 12};
  CHECK(TruncateFirst(pair, first, 9) == pair);
  CHECK(TruncateFirst(pair, first, 8) == Encoding{{0, 10, 11, 2, 2, 20, 21, 2}, {0, 0, 0, 0, 1, 1, 1, 1}});
  CHECK(TruncateFirst(pair, first, 7) == Encoding{{0, 10, 2, 2, 20, 21, 2}, {0, 0, 0, 1, 1, 1, 1}});
  // What is left of the first text must be at least one token, else the pair stays as it is and is refused as too long.
  CHECK(TruncateFirst(pair, first, 6) == pair);
}

TEST_CASE("scores over all labels, or of each label alone") {
  std::vector<std::vector<float>> logits = {{0, 9, 1}, {2, 9, 3}, {5, 9, 2}};
  EntailmentIds ids{2, 0};
  std::vector<double> joint = ZeroShotScores(logits, ids, false);
  CHECK(joint[0] == doctest::Approx(0.0900305732));
  CHECK(joint[1] == doctest::Approx(0.6652409558));
  CHECK(joint[2] == doctest::Approx(0.2447284711));
  std::vector<double> each = ZeroShotScores(logits, ids, true);
  CHECK(each[0] == doctest::Approx(0.7310585786));
  CHECK(each[1] == doctest::Approx(0.7310585786));
  CHECK(each[2] == doctest::Approx(0.0474258732));
  CHECK(ZeroShotScores(std::span(logits).first(1), ids, false)[0] == doctest::Approx(0.7310585786));
}

TEST_CASE("the result is sorted by score, equal ones as they were given") {
  std::vector<std::string> labels = {"a", "b", "c"};
  std::vector<double> scores = {0.25, 0.5, 0.25};
  CHECK(ToJson(ZeroShotResult("t", labels, scores)) == R"({"sequence": "t", "labels": ["b", "a", "c"], "scores": [0.5, 0.25, 0.25]})");
}

}  // namespace
}  // namespace plait
