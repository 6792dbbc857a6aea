#include "tools/plait/run_test.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "compiler/base/operations.h"
#include "compiler/lower/build_test_graph.h"
#include "runtime/base/pull.h"
#include "runtime/exec/executor.h"

namespace plait {
namespace {

/// Answers the calls of one model by the test's rules, counts them, and remembers those that no rule answers.
class AnsweringTaskModel : public TaskModel {
 public:
  AnsweringTaskModel(const plan::Model& model, const std::vector<TestAnswer>& answers) : model_(model), answers_(answers) {}

  std::vector<Result<Value>> Call(std::string_view method, std::span<const ValueFields> calls, const CallContext& context) const override {
    std::vector<Result<Value>> results;
    for (const ValueFields& arguments : calls) {
      results.push_back(AnswerOf(method, arguments, {context.team, context.cancellation}));
    }
    return results;
  }

  Result<std::shared_ptr<ValueStream>> Open(std::string_view method, const ValueFields& call,
                                            const StreamContext& /*context*/) const override {
    return std::shared_ptr<ValueStream>(std::make_shared<AnswerStream>(*this, method, call));
  }

  [[nodiscard]] bool is_stand_in() const override { return false; }
  [[nodiscard]] const std::string& name() const { return model_.name; }

  [[nodiscard]] int64_t CountOf(const std::string& method) const {
    std::lock_guard lock(mutex_);
    auto found = counts_.find(method);
    return found == counts_.end() ? 0 : found->second;
  }
  [[nodiscard]] const std::vector<std::string>& unanswered() const { return unanswered_; }

 private:
  /// The pieces that a rule gives for a call; the rule is looked for when the first is asked for.
  class AnswerStream : public ValueStream {
   public:
    AnswerStream(const AnsweringTaskModel& model, std::string_view method, ValueFields arguments)
        : model_(model), method_(method), arguments_(std::move(arguments)) {}

    Result<std::optional<Value>> Next(const PullContext& context) override {
      if (!pieces_) {
        PLAIT_TRY(Value answer, model_.AnswerOf(method_, arguments_, context));
        pieces_ = StreamOf(answer.AsList());
      }
      return pieces_->AsStream()->Next(context);
    }
    void Close() override { pieces_ = StreamOf({}); }

   private:
    const AnsweringTaskModel& model_;
    std::string method_;
    ValueFields arguments_;
    std::optional<Value> pieces_;
  };

  Result<Value> AnswerOf(std::string_view method, ValueFields arguments, const PullContext& context) const {
    for (auto& [name, value] : arguments) {
      if (value.is_stream()) {
        PLAIT_TRY(value, AllOf(*value.AsStream(), context));
      }
    }
    std::lock_guard lock(mutex_);
    ++counts_[std::string(method)];
    return Answer(method, arguments);
  }

  /// A test writes down the whole text that comes in pieces, or a list of other pieces.
  static Result<Value> AllOf(ValueStream& stream, const PullContext& context) {
    ValueList pieces;
    std::string text;
    PLAIT_TRY_VOID(Drain(stream, context, [&](Value piece) {
      text += piece.is_string() ? piece.AsString() : "";
      pieces.push_back(std::move(piece));
      return Result<void>();
    }));
    bool is_text = std::ranges::all_of(pieces, &Value::is_string);
    return is_text ? Value::String(std::move(text)) : Value::List(std::move(pieces));
  }

  Result<Value> Answer(std::string_view method, const ValueFields& arguments) const {
    for (const TestAnswer& rule : answers_) {
      if (rule.model != name() || rule.method != method || !Matches(rule, arguments)) {
        continue;
      }
      if (const auto* failure = std::get_if<FailureKind>(&rule.answer)) {
        return Error{*failure, fmt::format("the test lets `{}.{}` fail", name(), method), "", {}};
      }
      return std::get<Value>(rule.answer);
    }
    std::string call = fmt::format("{}.{}({})", name(), method, ArgumentsText(arguments));
    unanswered_.push_back(call);
    return Error{FailureKind::ModelNotFound, fmt::format("no `given` answers `{}`", call), "", {}};
  }

  static bool Matches(const TestAnswer& rule, const ValueFields& arguments) {
    return std::ranges::all_of(rule.arguments, [&](const auto& wanted) {
      auto given = std::ranges::find(arguments, wanted.first, [](const auto& argument) { return argument.first; });
      return given != arguments.end() && given->second == wanted.second;
    });
  }

  /// Those of a model's method have many defaults, so only what is not null or empty is shown.
  [[nodiscard]] std::string ArgumentsText(const ValueFields& arguments) const {
    std::string text;
    for (const auto& [name, value] : arguments) {
      bool says_nothing = model_.task != kAnsweredTask && (value.is_null() || (value.is_list() && value.AsList().empty()));
      if (!says_nothing) {
        text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", name, ToJson(value));
      }
    }
    return text;
  }

  const plan::Model& model_;
  const std::vector<TestAnswer>& answers_;
  mutable std::mutex mutex_;
  mutable std::map<std::string, int64_t> counts_;
  mutable std::vector<std::string> unanswered_;
};

class TestRun {
 public:
  TestRun(const TestProgram& program, ThreadPool& pool) : program_(program), pool_(pool) {
    for (const plan::Model& model : program.plan.models) {
      auto answering = std::make_unique<AnsweringTaskModel>(model, program.answers);
      answering_.push_back(answering.get());
      models_.push_back(std::move(answering));
    }
  }

  std::vector<TestFault> Run() {
    const plan::Entry& entry = program_.plan.entries[0];
    Cancellation cancellation(std::chrono::steady_clock::now() + std::chrono::milliseconds(entry.timeout_ms));
    Executor executor(program_.plan, entry, models_, cancellation, {});
    std::optional<Result<Value>> result;
    pool_.Run([&](ThreadTeam& team) { result = executor.Run({}, team); });
    degradations_ = executor.TakeDegradations();
    AddUnanswered();
    if (!faults_.empty()) {
      return std::move(faults_);  // what follows from calls without an answer tells nothing
    }
    if (!result->ok()) {
      const Error& error = result->error();
      faults_.push_back({error.place.empty() ? program_.place : error.place,
                         fmt::format("the test fails: {} [{}]", error.message, FailureCode(error.kind)), error.notes});
      return std::move(faults_);
    }
    size_t next = 0;
    for (const TestExpectation& expectation : program_.expectations) {
      bool has_outcome = expectation.kind == sema::ExpectKind::Holds || expectation.kind == sema::ExpectKind::Fails;
      Check(expectation, has_outcome ? &(**result).AsList()[next++] : nullptr);
    }
    return std::move(faults_);
  }

 private:
  void AddUnanswered() {
    for (const AnsweringTaskModel* model : answering_) {
      for (const std::string& call : model->unanswered()) {
        faults_.push_back({program_.place, fmt::format("no `given` answers `{}`", call), {{"fix", "add `given …` for it to the test"}}});
      }
    }
  }

  void Check(const TestExpectation& expectation, const Value* outcome) {
    switch (expectation.kind) {
      case sema::ExpectKind::Holds:
        return CheckHolds(expectation, *outcome);
      case sema::ExpectKind::Fails:
        return CheckFails(expectation, *outcome);
      case sema::ExpectKind::Degraded:
        return CheckDegraded(expectation);
      case sema::ExpectKind::Calls:
        return CheckCalls(expectation);
    }
  }

  void AddFault(const TestExpectation& expectation, std::vector<ErrorNote> notes) {
    faults_.push_back({expectation.place, fmt::format("expected `{}`", expectation.text), std::move(notes)});
  }

  void CheckHolds(const TestExpectation& expectation, const Value& outcome) {
    if (outcome.Field("holds")->AsBool()) {
      return;
    }
    std::vector<ErrorNote> notes;
    for (const char* side : {"left", "right"}) {
      if (const Value* value = outcome.Field(side)) {
        notes.push_back({side, ToJson(*value)});
      }
    }
    AddFault(expectation, std::move(notes));
  }

  void CheckFails(const TestExpectation& expectation, const Value& outcome) {
    if (!outcome.Field("holds")->AsBool()) {
      AddFault(expectation, {{"seen", "it gave an answer"}});
      return;
    }
    auto failure = std::ranges::find(degradations_, expectation.place, &Degradation::place);
    bool is_other_kind = expectation.failure && failure != degradations_.end() && failure->cause.kind != *expectation.failure;
    if (is_other_kind) {
      AddFault(expectation, {{"seen", fmt::format("{} [{}]", failure->cause.message, FailureCode(failure->cause.kind))}});
    }
  }

  void CheckDegraded(const TestExpectation& expectation) {
    auto is_expected_failure = [&](const Degradation& degradation) {
      return std::ranges::any_of(program_.expectations, [&](const TestExpectation& other) {
        return other.kind == sema::ExpectKind::Fails && other.place == degradation.place;
      });
    };
    auto used = std::ranges::find_if_not(degradations_, is_expected_failure);
    bool is_degraded = used != degradations_.end();
    if (is_degraded == expectation.is_wanted) {
      return;
    }
    AddFault(expectation, {{"seen", is_degraded ? fmt::format("`otherwise` was used at {}: {}", used->place, used->cause.message)
                                                : std::string("no `otherwise` was used")}});
  }

  void CheckCalls(const TestExpectation& expectation) {
    int64_t count = 0;
    for (const AnsweringTaskModel* model : answering_) {
      if (model->name() == expectation.model) {
        count = model->CountOf(expectation.method);
      }
    }
    Result<Value> holds = Apply(expectation.comparison, std::array{Value::Int(count), Value::Int(expectation.count)});
    if (!holds->AsBool()) {
      AddFault(expectation, {{"calls", std::to_string(count)}});
    }
  }

  const TestProgram& program_;
  ThreadPool& pool_;
  /// One a model of the plan, as the executor takes them.
  std::vector<std::unique_ptr<TaskModel>> models_;
  std::vector<const AnsweringTaskModel*> answering_;
  std::vector<Degradation> degradations_;
  std::vector<TestFault> faults_;
};

}  // namespace

TestOutcome RunTest(const TestProgram& program, ThreadPool& pool) {
  auto begin = std::chrono::steady_clock::now();
  TestOutcome outcome;
  outcome.faults = TestRun(program, pool).Run();
  outcome.milliseconds = std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - begin).count();
  return outcome;
}

}  // namespace plait
