// Scores and labels of a text classifier.
#include "runtime/tasks/classification.h"

#include <doctest/doctest.h>

#include <array>

#include "oracle.h"

namespace plait {
namespace {

TEST_CASE("labels come from id2label, by number where it is silent") {
  auto labels = [](std::string_view config, int64_t count) {
    Result<LabelScheme> scheme = ReadLabelScheme(Json(config), count, "m");
    REQUIRE(scheme.ok());
    return scheme->labels;
  };
  CHECK(labels("{}", 2) == std::vector<std::string>{"LABEL_0", "LABEL_1"});
  CHECK(labels(R"({"id2label": {"1": "POSITIVE", "0": "NEGATIVE"}})", 2) == std::vector<std::string>{"NEGATIVE", "POSITIVE"});
  CHECK(labels(R"({"id2label": {"1": "B"}})", 3) == std::vector<std::string>{"LABEL_0", "B", "LABEL_2"});
  for (std::string_view config : {R"({"id2label": ["A"]})", R"({"id2label": {"2": "A"}})", R"({"id2label": {"0": 1}})",
                                  R"({"id2label": {"0x": "A"}})", R"({"problem_type": "guessing"})"}) {
    CAPTURE(config);
    Result<LabelScheme> scheme = ReadLabelScheme(Json(config), 2, "m");
    REQUIRE(!scheme.ok());
    CHECK(scheme.error().kind == FailureKind::ModelConfigInvalid);
    CHECK(scheme.error().place == "m/config.json");
  }
}

TEST_CASE("which function makes scores of logits") {
  auto function = [](std::string_view config, int64_t count) { return ReadLabelScheme(Json(config), count, "m")->function; };
  CHECK(function("{}", 2) == ScoreFunction::Softmax);
  CHECK(function("{}", 1) == ScoreFunction::Sigmoid);
  CHECK(function(R"({"problem_type": null})", 3) == ScoreFunction::Softmax);
  CHECK(function(R"({"problem_type": "multi_label_classification"})", 3) == ScoreFunction::Sigmoid);
  CHECK(function(R"({"problem_type": "single_label_classification"})", 3) == ScoreFunction::Softmax);
  CHECK(function(R"({"problem_type": "regression"})", 1) == ScoreFunction::None);
}

TEST_CASE("scores") {
  std::array logits = {1.0F, 2.0F, -1.0F};
  std::vector<double> softmax = ScoresOf(logits, ScoreFunction::Softmax);
  CHECK(softmax[0] == doctest::Approx(0.2594964603));
  CHECK(softmax[1] == doctest::Approx(0.7053845126));
  CHECK(softmax[0] + softmax[1] + softmax[2] == doctest::Approx(1.0));
  CHECK(ScoresOf(logits, ScoreFunction::Sigmoid)[1] == doctest::Approx(0.8807970780));
  CHECK(ScoresOf(logits, ScoreFunction::None) == std::vector<double>{1, 2, -1});
  CHECK(Softmax(std::array{1000.0F, -1000.0F}) == std::vector<double>{1, 0});
}

TEST_CASE("labels are sorted by score, equal ones by index, and cut to top_k") {
  LabelScheme scheme{{"a", "b", "c", "d"}, ScoreFunction::None};
  std::array logits = {1.0F, 3.0F, 1.0F, 5.0F};
  CHECK(ToJson(LabelList(logits, scheme, 1)) == R"([{"label": "d", "score": 5.0}])");
  CHECK(ToJson(LabelList(logits, scheme, std::nullopt)) ==
        R"([{"label": "d", "score": 5.0}, {"label": "b", "score": 3.0}, {"label": "a", "score": 1.0}, {"label": "c", "score": 1.0}])");
  CHECK(LabelList(logits, scheme, 9).AsList().size() == 4);
}

}  // namespace
}  // namespace plait
