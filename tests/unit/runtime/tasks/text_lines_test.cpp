// Lines of a text, and the walk over them with two models that answer as they are told.
#include <doctest/doctest.h>

#include <functional>
#include <utility>

#include "runtime/tasks/text_lines.h"

namespace plait {
namespace {

class FakeTask : public TaskModel {
 public:
  using Answer = std::function<Result<Value>(const std::string& text)>;
  explicit FakeTask(Answer answer) : answer_(std::move(answer)) {}

  std::vector<Result<Value>> Call(std::string_view method, std::span<const ValueFields> calls,
                                  const CallContext& /*context*/) const override {
    REQUIRE(method == "read");
    sizes.push_back(calls.size());
    std::vector<Result<Value>> answers;
    for (const ValueFields& call : calls) {
      answers.push_back(answer_(call[0].second.AsString()));
    }
    return answers;
  }
  [[nodiscard]] bool is_stand_in() const override { return false; }

  /// Calls of each batch.
  mutable std::vector<size_t> sizes;

 private:
  Answer answer_;
};

Result<Value> Echo(const std::string& text) { return Value::String(text); }
Result<Value> Fault(FailureKind kind) { return Error{kind, "a fault", "", {}}; }

struct Walk {
  Result<void> result;
  std::vector<std::string> taken;
  std::vector<std::pair<int64_t, int64_t>> progress;
};

/// What `at_progress` does stands for a caller that cancels.
Walk WalkOver(std::string_view text, const FakeTask& exact, const FakeTask& in_class,
              const std::function<void(Cancellation&)>& at_progress = {}) {
  Walk walk;
  ThreadPool pool(1);
  Cancellation cancellation;
  const std::vector<TextLine> lines = LinesOf(text);
  const std::string name = "texts.txt";
  const LineQuestion question{"read", [](const TextLine& line) { return ValueFields{{"text", Value::String(line.text)}}; },
                              [&](const TextLine& line, const Value& one, const Value& other) -> Result<void> {
                                walk.taken.push_back(std::to_string(line.number) + one.AsString() + other.AsString());
                                return line.text == "untaken" ? Result<void>(Error{FailureKind::Arithmetic, "not taken", "", {}})
                                                              : Result<void>();
                              }};
  auto progress = [&](int64_t done, int64_t total) {
    walk.progress.emplace_back(done, total);
    if (at_progress) {
      at_progress(cancellation);
    }
  };
  pool.Run([&](ThreadTeam& team) { walk.result = AskOfLines(exact, in_class, {lines, name}, question, progress, {team, cancellation}); });
  return walk;
}

TEST_CASE("lines are numbered as they stand, and blank ones left out") {
  const std::vector<TextLine> lines = LinesOf("a\n\n  \t\nb c\r\nlast");
  REQUIRE(lines.size() == 3);
  CHECK(lines[0].number == 1);
  CHECK(lines[1].number == 4);
  CHECK(lines[1].text == "b c");
  CHECK(lines[2].number == 5);
  CHECK(lines[2].text == "last");
  CHECK(LinesOf("").empty());
  CHECK(LinesOf("\n \n").empty());
}

TEST_CASE("both answers come line by line, and many lines go in portions") {
  std::string text;
  for (int i = 0; i < 150; ++i) {
    text += "w\n";
  }
  const FakeTask exact(Echo);
  const FakeTask in_class([](const std::string& line) { return Echo(line + "!"); });
  const Walk walk = WalkOver(text, exact, in_class);
  CHECK(walk.result.ok());
  REQUIRE(walk.taken.size() == 150);
  CHECK(walk.taken[0] == "1ww!");
  CHECK(walk.taken[149] == "150ww!");
  CHECK(exact.sizes == std::vector<size_t>{64, 64, 22});
  CHECK(in_class.sizes == exact.sizes);
  CHECK(walk.progress == std::vector<std::pair<int64_t, int64_t>>{{64, 150}, {128, 150}, {150, 150}});
}

TEST_CASE("a line that fails in either model, or is not taken, is named") {
  const FakeTask fine(Echo);
  const FakeTask fails([](const std::string& line) { return line == "long" ? Fault(FailureKind::PromptTooLong) : Echo(line); });
  for (const Walk& walk : {WalkOver("a\n\nlong\nb", fails, fine), WalkOver("a\n\nlong\nb", fine, fails)}) {
    REQUIRE(!walk.result.ok());
    CHECK(walk.result.error().kind == FailureKind::PromptTooLong);
    CHECK(walk.result.error().place == "texts.txt:3");
    CHECK(walk.result.error().notes[0].text == "change the line or take it out; each line is one text");
    CHECK(walk.taken == std::vector<std::string>{"1aa"});
  }
  const Walk walk = WalkOver("a\nuntaken\n", fine, fine);
  REQUIRE(!walk.result.ok());
  CHECK(walk.result.error().kind == FailureKind::Arithmetic);
  CHECK(walk.result.error().place == "texts.txt:2");
}

TEST_CASE("a caller that wants no more stops the walk, and no line is blamed") {
  std::string text;
  for (int i = 0; i < 100; ++i) {
    text += "w\n";
  }
  const FakeTask fine(Echo);
  const Walk walk = WalkOver(text, fine, fine, [](Cancellation& cancellation) { cancellation.Cancel(); });
  REQUIRE(!walk.result.ok());
  CHECK(walk.result.error().kind == FailureKind::Cancelled);
  CHECK(walk.result.error().place.empty());
  CHECK(walk.taken.size() == 64);
}

}  // namespace
}  // namespace plait
