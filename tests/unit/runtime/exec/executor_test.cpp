// The executor against a naive interpreter of the same graph, on random programs; and what it does with failures.
#include "runtime/exec/executor.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <mutex>
#include <string>

#include "compiler/base/model_options.h"
#include "compiler/ir/text.h"
#include "compiler/passes/run_passes.h"
#include "compiler/plan/text.h"
#include "compiler/schedule/make_plan.h"
#include "runtime/base/pull.h"
#include "tests/support/folded.h"
#include "tests/support/graph_interpreter.h"
#include "tests/support/random_graph.h"
#include "tests/unit/runtime/exec/plans.h"

namespace plait {
namespace {

/// Makes each call's type part of its method's name, because a plan does not tell types to models.
void NameMethodsByType(ir::Graph& graph) {
  for (ir::Function& function : graph.functions) {
    for (ir::Node& node : function.nodes) {
      if (node.kind == ir::NodeKind::CallModel) {
        node.method += ":" + node.type.ToString();
      }
    }
  }
}

/// A model that answers as the interpreter's fake does, and counts.
class FakeTaskModel : public TaskModel {
 public:
  FakeTaskModel(const ir::Graph& graph, ir::ModelId model, tests::FakeModel fake) : graph_(graph), model_(model), fake_(std::move(fake)) {}

  std::vector<Result<Value>> Call(std::string_view method, std::span<const ValueFields> calls,
                                  const CallContext& /*context*/) const override {
    ir::Node node;
    node.kind = ir::NodeKind::CallModel;
    node.model = model_;
    node.method = method;
    node.type = *ParseType(method.substr(method.find(':') + 1));
    std::vector<Result<Value>> answers;
    std::lock_guard lock(mutex_);
    most_lanes_ = std::max(most_lanes_, calls.size());
    for (const ValueFields& arguments : calls) {
      made_.push_back(std::string(method) + ToJson(Value::Record(arguments)));
      answers.push_back(fake_(graph_, node, arguments));
    }
    return answers;
  }

  Result<std::shared_ptr<ValueStream>> Open(std::string_view method, const ValueFields& call,
                                            const StreamContext& /*context*/) const override {
    return std::shared_ptr<ValueStream>(std::make_shared<LateAnswer>(*this, method, call));
  }

  [[nodiscard]] bool is_stand_in() const override { return false; }
  [[nodiscard]] size_t calls_made() const { return made_.size(); }
  [[nodiscard]] size_t most_lanes() const { return most_lanes_; }

 private:
  /// Makes the call when its first piece is asked for.
  class LateAnswer : public ValueStream {
   public:
    LateAnswer(const FakeTaskModel& model, std::string_view method, ValueFields call)
        : model_(model), method_(method), call_(std::move(call)) {}
    Result<std::optional<Value>> Next(const PullContext& context) override {
      if (!pieces_) {
        PLAIT_TRY(Value answer, model_.Call(method_, std::span(&call_, 1), {context.team, context.cancellation, 0, nullptr})[0]);
        pieces_ = StreamOf(answer.AsList());
      }
      return pieces_->AsStream()->Next(context);
    }
    void Close() override {}

   private:
    const FakeTaskModel& model_;
    std::string method_;
    ValueFields call_;
    std::optional<Value> pieces_;
  };

  const ir::Graph& graph_;
  ir::ModelId model_;
  tests::FakeModel fake_;
  mutable std::mutex mutex_;
  mutable std::vector<std::string> made_;
  mutable size_t most_lanes_ = 0;
};

struct Ran {
  Result<Value> result;
  size_t calls = 0;
  /// Of one pass.
  size_t most_lanes = 0;
};

Ran RunPlan(const ir::Graph& graph, const plan::Plan& plan, const std::vector<Value>& arguments, uint64_t one_failure_in, int threads) {
  std::vector<std::unique_ptr<TaskModel>> models;
  for (uint32_t i = 0; i < graph.models.size(); ++i) {
    models.push_back(std::make_unique<FakeTaskModel>(graph, ir::ModelId{i}, tests::MakeFakeModel(one_failure_in)));
  }
  Cancellation cancellation;
  Executor executor(plan, plan.entries.front(), models, cancellation, {});
  ThreadPool pool(threads);
  Ran ran{Value(), 0, 0};
  pool.Run([&](ThreadTeam& team) { ran.result = executor.Run(arguments, team); });
  for (const std::unique_ptr<TaskModel>& model : models) {
    const auto& fake = static_cast<const FakeTaskModel&>(*model);
    ran.calls += fake.calls_made();
    ran.most_lanes = std::max(ran.most_lanes, fake.most_lanes());
  }
  return ran;
}

ir::FunctionId EntryOf(const ir::Graph& graph) {
  for (uint32_t i = 0; i < graph.functions.size(); ++i) {
    if (graph.functions[ir::FunctionId{i}].is_entry) {
      return ir::FunctionId{i};
    }
  }
  return {};
}

std::vector<Value> FakeArguments(const ir::Graph& graph, uint64_t seed) {
  std::vector<Value> arguments;
  for (const ir::Parameter& parameter : graph.functions[EntryOf(graph)].parameters) {
    arguments.push_back(tests::FakeValue(parameter.type, graph.types, seed + arguments.size()));
  }
  return arguments;
}

void CompareOnce(uint64_t seed, uint64_t one_failure_in, bool guards_are_rich = false) {
  ir::Graph source = tests::MakeRandomGraph({.seed = seed, .guards_are_rich = guards_are_rich, .gives_many = seed % 2 == 1});
  NameMethodsByType(source);
  source = guards_are_rich ? tests::Folded(std::move(source)) : std::move(source);
  std::vector<Value> arguments = FakeArguments(source, seed);
  tests::Interpretation expected =
      tests::Interpret(source, EntryOf(source), arguments, tests::MakeFakeModel(one_failure_in), tests::Strategy::ByNeed);
  ir::Graph graph = RunPasses(source, {});
  for (int cores : {1, 2, 4}) {
    plan::Plan plan = tests::PlanFor(graph, cores);
    CAPTURE(seed);
    CAPTURE(cores);
    REQUIRE(plan::Verify(plan) == "");
    Ran ran = RunPlan(graph, plan, arguments, one_failure_in, std::min(cores, 2));
    REQUIRE(ran.result.ok() == expected.result.ok());
    if (expected.result.ok()) {
      CHECK(*ran.result == *expected.result);
      CHECK(ran.calls <= expected.calls.size());
    }
  }
}

/// Sanitizers take twenty times as long, and look for something else.
#ifdef PLAIT_SANITIZED
constexpr size_t kPrograms = 60;
#else
constexpr size_t kPrograms = 400;
#endif

}  // namespace

TEST_CASE("a plan of a random program answers as the naive interpreter does") {
  for (uint64_t seed = 0; seed < kPrograms; ++seed) {
    CompareOnce(seed, 0);
  }
}

TEST_CASE("a plan of a random program fails where the naive interpreter fails") {
  for (uint64_t seed = 1000; seed < 1000 + kPrograms; ++seed) {
    CompareOnce(seed, 5);
  }
}

TEST_CASE("guards around anything catch what the naive interpreter's do") {
  for (uint64_t seed = 3000; seed < 3000 + kPrograms; ++seed) {
    CompareOnce(seed, seed % 2 == 0 ? 5 : 2, true);
  }
}

TEST_CASE("a model's batch changes no answer and no failure, and no pass has more lanes") {
  size_t cut = 0;
  for (uint64_t seed = 4000; seed < 4000 + kPrograms; ++seed) {
    ir::Graph graph = tests::MakeRandomGraph({.seed = seed, .gives_many = true});
    NameMethodsByType(graph);
    graph = RunPasses(std::move(graph), {});
    plan::Plan plan = tests::PlanFor(graph, 2);
    std::vector<Value> arguments = FakeArguments(graph, seed);
    const uint64_t one_failure_in = seed % 2 == 0 ? 0 : 5;
    Ran whole = RunPlan(graph, plan, arguments, one_failure_in, 1);
    const auto batch = static_cast<int64_t>(1 + seed % 2);
    for (plan::Model& model : plan.models) {
      model.options.emplace_back(kBatchOption, Value::Int(batch));
    }
    REQUIRE(plan::Verify(plan) == "");
    Ran parts = RunPlan(graph, plan, arguments, one_failure_in, 1);
    CAPTURE(seed);
    REQUIRE(parts.result.ok() == whole.result.ok());
    if (whole.result.ok()) {
      CHECK(*parts.result == *whole.result);
    } else {
      CHECK(parts.result.error().message == whole.result.error().message);
    }
    CHECK(parts.calls == whole.calls);
    CHECK(parts.most_lanes <= static_cast<size_t>(batch));
    cut += whole.most_lanes > static_cast<size_t>(batch) ? 1 : 0;
  }
  CHECK(cut > kPrograms / 40);
}

TEST_CASE("a plan runs the same when it has been written and read") {
  for (uint64_t seed = 2000; seed < 2000 + kPrograms / 4; ++seed) {
    ir::Graph graph = tests::MakeRandomGraph({.seed = seed});
    NameMethodsByType(graph);
    graph = RunPasses(std::move(graph), {});
    plan::Plan plan = tests::PlanFor(graph, 2);
    Result<plan::Plan> read = plan::Read(plan::Write(plan), "x.plan");
    CAPTURE(seed);
    REQUIRE(read.ok());
    CHECK(*read == plan);
    std::vector<Value> arguments = FakeArguments(graph, seed);
    Ran first = RunPlan(graph, plan, arguments, 0, 2);
    Ran second = RunPlan(graph, *read, arguments, 0, 2);
    REQUIRE(first.result.ok() == second.result.ok());
    CHECK((!first.result.ok() || *first.result == *second.result));
  }
}

}  // namespace plait
