// Two classifiers' answers on the lines of a text.
#include <doctest/doctest.h>

#include <functional>
#include <map>
#include <utility>

#include "runtime/tasks/label_comparison.h"

namespace plait {
namespace {

/// Answers as text.Classifier, or as text.ZeroShot where it is given labels.
class FakeTask : public TaskModel {
 public:
  using Scores = std::function<std::vector<std::pair<std::string, double>>(const std::string& text)>;
  explicit FakeTask(Scores scores) : scores_(std::move(scores)) {}

  std::vector<Result<Value>> Call(std::string_view method, std::span<const ValueFields> calls,
                                  const CallContext& /*context*/) const override {
    REQUIRE(method == "classify");
    std::vector<Result<Value>> answers;
    for (const ValueFields& call : calls) {
      const std::string& text = call[0].second.AsString();
      if (text == "fails") {
        answers.emplace_back(Error{FailureKind::PromptTooLong, "the text is too long", "", {}});
        continue;
      }
      ValueList both;
      ValueList labels;
      ValueList scores;
      for (const auto& [label, score] : scores_(text)) {
        both.push_back(Value::Record({{"label", Value::String(label)}, {"score", Value::Float(score)}}));
        labels.push_back(Value::String(label));
        scores.push_back(Value::Float(score));
      }
      const bool chooses = call.size() > 1;
      answers.emplace_back(chooses ? Value::Record({{"labels", Value::List(labels)}, {"scores", Value::List(scores)}}) : Value::List(both));
    }
    return answers;
  }
  [[nodiscard]] bool is_stand_in() const override { return false; }

 private:
  Scores scores_;
};

const FakeTask kExact([](const std::string& /*text*/) { return std::vector<std::pair<std::string, double>>{{"A", 0.75}, {"B", 0.25}}; });
const FakeTask kInClass([](const std::string& text) {
  return text == "odd" ? std::vector<std::pair<std::string, double>>{{"B", 0.5625}, {"A", 0.4375}}
                       : std::vector<std::pair<std::string, double>>{{"A", 0.625}, {"B", 0.375}};
});

Result<LabelComparison> Compare(std::string_view text, const std::vector<std::string>& labels = {}) {
  Result<LabelComparison> compared = LabelComparison();
  ThreadPool pool(1);
  Cancellation cancellation;
  const std::vector<TextLine> lines = LinesOf(text);
  const std::string name = "texts.txt";
  pool.Run([&](ThreadTeam& team) { compared = CompareLabels(kExact, kInClass, {{lines, name}, labels}, {}, {team, cancellation}); });
  return compared;
}

TEST_CASE("equal best labels and the largest difference, of either task") {
  for (const std::vector<std::string>& labels : {std::vector<std::string>(), {"A", "B"}}) {
    Result<LabelComparison> compared = Compare("one\ntwo\n\nodd\nodd", labels);
    REQUIRE(compared.ok());
    CHECK(compared->equal_tops == 2);
    CHECK(compared->largest_difference == 0.3125);
    CHECK(compared->largest_line == 4);
  }
}

TEST_CASE("a line that fails is named") {
  Result<LabelComparison> failed = Compare("one\n\nfails\n");
  REQUIRE(!failed.ok());
  CHECK(failed.error().kind == FailureKind::PromptTooLong);
  CHECK(failed.error().place == "texts.txt:3");
}

}  // namespace
}  // namespace plait
