// What is looked up in a plan by name, and how it is refused.
#include "compiler/plan/lookup.h"

#include <doctest/doctest.h>

#include "tests/unit/compiler/plan/sample_plan.h"

using namespace plait;
using namespace plait::plan;

namespace {

std::string RefusalOf(const Plan& plan, std::string_view name) {
  Result<const Entry*> entry = FindEntry(plan, name);
  return entry.ok() ? "found " + (*entry)->name : RenderError(entry.error(), false);
}

}  // namespace

TEST_CASE("an entry is found by name, and without one where there is no choice") {
  Plan plan = SamplePlan();
  REQUIRE(plan.entries.size() == 2);
  CHECK(RefusalOf(plan, "InferenceGraph.check") == "found InferenceGraph.check");
  CHECK(RefusalOf(plan, "").find("the program has 2 entries; say which one with --entry") != std::string::npos);
  plan.entries.resize(1);
  CHECK(RefusalOf(plan, "") == "found InferenceGraph.generate_score");
}

TEST_CASE("an entry that is not there is refused with the nearest and all that there are") {
  Plan plan = SamplePlan();
  std::string refusal = RefusalOf(plan, "InferenceGraph.chek");
  CHECK(refusal.find("no entry is called `InferenceGraph.chek`") != std::string::npos);
  CHECK(refusal.find("--entry InferenceGraph.check") != std::string::npos);
  CHECK(refusal.find("InferenceGraph.generate_score") != std::string::npos);
  CHECK(RefusalOf(plan, "").find("did you mean") == std::string::npos);
  plan.entries.clear();
  CHECK(RefusalOf(plan, "x").find("no service in it has an api") != std::string::npos);
}

TEST_CASE("the models that entries call") {
  Plan plan = SamplePlan();
  std::set<uint32_t> of_first;
  for (const Stage& stage : plan.entries[0].stages) {
    if (stage.kind == StageKind::Call) {
      of_first.insert(stage.model);
    }
  }
  REQUIRE_FALSE(of_first.empty());
  CHECK(CalledModels(plan, plan.entries[0].name) == of_first);
  CHECK(CalledModels(plan, "nowhere").empty());
  plan.entries.resize(1);
  CHECK(CalledModels(plan, "") == of_first);
}

TEST_CASE("who uses a model stands before the way out") {
  Model model;
  model.name = "A.lm";
  model.span = "a.graph:3:1-9";
  Error error{FailureKind::ModelNotFound, "no folder", "", {{"looked in", "here"}, {"fix", "fetch it"}}};
  Error noted = WithUserOf(model, error);
  REQUIRE(noted.notes.size() == 3);
  CHECK(noted.notes[1].label == "used by");
  CHECK(noted.notes[1].text == "A.lm, a.graph:3:1-9");
  CHECK(noted.notes[2].label == "fix");
  model.span.clear();
  error.notes.clear();
  CHECK(WithUserOf(model, error).notes.back().text == "A.lm");
}
