// What is looked up in a plan by name, and how it is refused.
#include "compiler/plan/lookup.h"

#include <doctest/doctest.h>

#include <set>

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

TEST_CASE("the models that entries need") {
  Plan plan = SamplePlan();
  std::set<uint32_t> of_first;
  for (const Stage& stage : plan.entries[0].stages) {
    if (stage.kind == StageKind::Call) {
      of_first.insert(stage.model);
    }
  }
  REQUIRE_FALSE(of_first.empty());
  auto needed = [&](std::string_view entry) {
    std::vector<uint32_t> models = NeededModels(plan, entry);
    std::set<uint32_t> distinct(models.begin(), models.end());
    CHECK(distinct.size() == models.size());
    return distinct;
  };
  CHECK(needed(plan.entries[0].name) == of_first);
  CHECK(needed("nowhere").empty());
  plan.entries.resize(1);
  CHECK(needed("") == of_first);
}

TEST_CASE("a model that makes drafts for another is needed with it, and stands before it") {
  Plan plan;
  plan.models.resize(4);
  plan.models[0].draft_model = 2;
  plan.models[2].draft_model = 3;
  auto entry = [](std::string name, const std::vector<uint32_t>& calls) {
    Entry made;
    made.name = std::move(name);
    for (uint32_t model : calls) {
      Stage& stage = made.stages.emplace_back();
      stage.kind = StageKind::Call;
      stage.model = model;
    }
    return made;
  };
  plan.entries = {entry("a", {0}), entry("b", {1, 0, 3}), entry("c", {2, 1})};
  CHECK(NeededModels(plan, "a") == std::vector<uint32_t>{3, 2, 0});
  CHECK(NeededModels(plan, "b") == std::vector<uint32_t>{3, 2, 0, 1});
  CHECK(NeededModels(plan, "c") == std::vector<uint32_t>{1, 3, 2});
  CHECK(NeededModels(plan, "") == std::vector<uint32_t>{3, 2, 0, 1});
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
