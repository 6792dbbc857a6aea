// What the verifier refuses, one edit of a sound plan at a time.
#include <doctest/doctest.h>

#include <limits>

#include "compiler/plan/text.h"
#include "tests/unit/compiler/plan/sample_plan.h"

using namespace plait;
using namespace plait::plan;

namespace {

template <class Edit>
std::string FaultAfter(Edit edit) {
  Plan plan = SamplePlan();
  edit(plan, plan.entries[0].stages);
  return Verify(plan);
}

using Stages = std::vector<Stage>;

const std::string kEntry = "entry `InferenceGraph.generate_score`";

}  // namespace

TEST_CASE("reads and writes") {
  CHECK(FaultAfter([](Plan&, Stages& s) { s[2].arguments[0].value = E("%2"); }) ==
        kEntry + ", stage 2: it reads %2, which nothing has written yet");
  CHECK(FaultAfter([](Plan&, Stages& s) { s[3].arguments[0].value = E("%1"); }) ==
        kEntry + ", stage 3: it reads %1, which stage 2 writes at the same time");
  CHECK(FaultAfter([](Plan&, Stages& s) { s[3].writes = 1; }) == kEntry + ", stage 3: it writes %1, which is written already");
  CHECK(FaultAfter([](Plan&, Stages& s) { s[3].writes = 0; }) == kEntry + ", stage 3: it writes %0, which is written already");
  CHECK(FaultAfter([](Plan& p, Stages&) { p.entries[0].result = E("%5"); }) ==
        kEntry + ": the result reads %5, which exists only inside another stage");
  CHECK(FaultAfter([](Plan& p, Stages&) { p.entries[0].result = E("%77"); }) ==
        kEntry + ": the result reads %77, which nothing has written yet");
  CHECK(FaultAfter([](Plan& p, Stages&) { p.entries[1].stages[1].condition_stage.reset(); }) ==
        "entry `InferenceGraph.check`, stage 2: it is not reached from the root");
}

TEST_CASE("frees") {
  CHECK(FaultAfter([](Plan&, Stages& s) { s[4].frees = {1, 2, 3}; }) == kEntry + ", stage 5: it reads %3, which stage 4 frees");
  CHECK(FaultAfter([](Plan&, Stages& s) { s[4].frees = {1, 1}; }) == kEntry + ", stage 4: it frees %1, which does not exist at that time");
  CHECK(FaultAfter([](Plan&, Stages& s) { s[6].frees = {3}; }) ==
        kEntry + ", stage 6: it frees %3, which belongs to a stage around it and is needed again");
  CHECK(FaultAfter([](Plan&, Stages& s) {
          s[1].frees = {};
          s[3].frees = {0};
        }) == kEntry + ", stage 3: it frees %0, which a stage beside it reads");
  CHECK(FaultAfter([](Plan&, Stages& s) {
          s[1].frees = {};
          s[2].frees = {0};
        }) == kEntry + ", stage 3: it reads %0, which stage 2 frees");
  CHECK(FaultAfter([](Plan&, Stages& s) { s[6].frees = {4}; }) == kEntry + ", stage 5: it reads %4, which stage 6 frees");
}

TEST_CASE("the tree") {
  CHECK(FaultAfter([](Plan&, Stages& s) { s[1].children = {2, 4}; }) == kEntry + ", stage 4: it is a child of stage 0 and of stage 1");
  CHECK(FaultAfter([](Plan&, Stages& s) { s[1].children = {2}; }) == kEntry + ", stage 3: it is not reached from the root");
  CHECK(FaultAfter([](Plan&, Stages& s) { s[5].children = {0}; }) == kEntry + ", stage 0: it is the root and a child of stage 5");
  CHECK(FaultAfter([](Plan& p, Stages&) { p.entries[0].root.reset(); }) ==
        kEntry + ": `root` is missing or names a stage that does not exist");
  CHECK(FaultAfter([](Plan&, Stages& s) { s[1].children.clear(); }) == kEntry + ", stage 1: a parallel needs children");
  CHECK(FaultAfter([](Plan&, Stages& s) { s[4].model = 1; }) == kEntry + ", stage 4: it has a field that a compute does not have");
  CHECK(FaultAfter([](Plan&, Stages& s) { s[2].writes.reset(); }) == kEntry + ", stage 2: a call needs a value that it writes");
  CHECK(FaultAfter([](Plan&, Stages& s) { s[2].model = 3; }) == kEntry + ", stage 2: model 3 does not exist; the plan has 3");
  CHECK(FaultAfter([](Plan& p, Stages&) { p.entries[1].stages[3].arms[1].condition = E("true"); }) ==
        "entry `InferenceGraph.check`, stage 3: the last arm has a condition, but it is taken when no other is");
}

TEST_CASE("what makes drafts") {
  auto after = [](auto edit) { return FaultAfter([&](Plan& p, Stages&) { edit(p.models); }); };
  using Models = std::vector<Model>;
  CHECK(after([](Models& m) { m[0].drafts.push_back(DraftSource::Text); }) == "model 0: a source of drafts stands twice");
  CHECK(after([](Models& m) { m[0].draft_model.reset(); }) == "model 0: `model` among the drafts needs `draft_model`");
  CHECK(after([](Models& m) { m[0].drafts = {DraftSource::Text}; }) == "model 0: `draft_model` stands without `model` among the drafts");
  CHECK(after([](Models& m) { m[0].draft_model = 3; }) == "model 0: `draft_model` is 3, the plan has 3 models");
  CHECK(after([](Models& m) { m[0].draft_model = 0; }) == "model 0: the drafts of `Gpt2.lm` go round in a circle");
  CHECK(after([](Models& m) {
          m[1].drafts = {DraftSource::Model};
          m[1].draft_model = 0;
        }) == "model 0: the drafts of `Gpt2.lm` go round in a circle");
  CHECK(after([](Models& m) { m[0].draft_model = 2; }) ==
        "model 0: `draft_model` is `BertBaseUncased.classifier`; one text.Generator makes drafts for another");
  CHECK(after([](Models& m) {
          m[2].drafts = {DraftSource::Model};
          m[2].draft_model = 1;
        }) == "model 2: `draft_model` is `DistilGpt2.lm`; one text.Generator makes drafts for another");
}

TEST_CASE("guards and loops") {
  auto after = [](auto edit) {
    Plan plan = GuardedPlan();
    edit(plan.entries[0].stages);
    return Verify(plan);
  };
  const std::string entry = "entry `InferenceGraph.refine`";
  CHECK(after([](Stages& s) { s[1].limit = 0; }) == entry + ", stage 1: `limit` is 0, expected at least 1");
  CHECK(after([](Stages& s) { s[1].condition.reset(); }) == entry + ", stage 1: a loop needs a condition");
  CHECK(after([](Stages& s) { s[1].retries = 1; }) == entry + ", stage 1: it has a field that a loop does not have");
  CHECK(after([](Stages& s) { s[2].within_ms = 0; }) == entry + ", stage 2: `within_ms` is 0, expected at least 1");
  CHECK(after([](Stages& s) { s[2].retries = -1; }) == entry + ", stage 2: `retries` is -1, expected at least 0");
  CHECK(after([](Stages& s) { s[2].limit = 1; }) == entry + ", stage 2: it has a field that a guard does not have");
  CHECK(after([](Stages& s) { s[2].children = {5, 4}; }) == entry + ", stage 2: a guard has 2 bodies, expected at most one");
  CHECK(after([](Stages& s) { s[2].element = E("cast<Unknown>(%1)"); }) == entry + ", stage 2: the record `Unknown` is not declared");
  CHECK(after([](Stages& s) { s[2].writes.reset(); }) == entry + ", stage 2: a guard needs a value that it writes");
  CHECK(after([](Stages& s) { s[5].frees = {6}; }) ==
        entry + ", stage 5: it frees %6, which belongs to a stage around it and is needed again");
  CHECK(after([](Stages& s) { s[1].condition = E("%5 == \"\""); }) == entry + ", stage 1: it reads %5, which nothing has written yet");
  CHECK(after([](Stages& s) { s[2].frees = {1}; }) == entry + ", stage 2: it frees %1, which does not exist at that time");
}

TEST_CASE("stages cannot nest without end") {
  Plan plan = SamplePlan();
  Entry& entry = plan.entries[0];
  entry.result = E("1");
  entry.considered.clear();
  entry.stages.clear();
  constexpr StageId kLevels = 100'000;
  for (StageId i = 0; i < kLevels; ++i) {
    entry.stages.push_back(GroupStage(StageKind::Sequential, {i + 1}, 1, 0));
  }
  entry.stages.push_back(ComputeStage({{9, E("1")}}));
  CHECK(Verify(plan) == kEntry + ", stage 256: stages nest more than 256 levels deep");
}

TEST_CASE("threads") {
  CHECK(FaultAfter([](Plan&, Stages& s) { s[2].threads = 2; }) ==
        kEntry + ", stage 1: its children have 3 threads together, more than its 2");
  CHECK(FaultAfter([](Plan& p, Stages&) { p.machine.cores = 1; }) ==
        kEntry + ", stage 0: it has 2 threads, more than the machine's 1 cores");
  CHECK(FaultAfter([](Plan&, Stages& s) { s[3].threads = 0; }) == kEntry + ", stage 3: `threads` is 0, expected at least 1");
  CHECK(FaultAfter([](Plan&, Stages& s) { s[3].yields_to = 4; }) ==
        kEntry + ", stage 3: `yields_to` is 4, which is no sibling in the same parallel");
  CHECK(FaultAfter([](Plan&, Stages& s) { s[2].yields_to = 3; }) == kEntry + ", stage 2: `yields_to` leads back to the stage itself");
  CHECK(FaultAfter([](Plan&, Stages& s) { s[0].yields_to = 1; }) ==
        kEntry + ", stage 0: `yields_to` is 1, which is no sibling in the same parallel");
}

TEST_CASE("numbers and types") {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  CHECK(FaultAfter([](Plan&, Stages& s) { s[2].predicted_ms = kNan; }) ==
        kEntry + ", stage 2: `predicted_ms` is nan, expected a number from 0 on");
  CHECK(FaultAfter([](Plan&, Stages& s) { s[2].bytes = -1; }) == kEntry + ", stage 2: `bytes` is negative");
  CHECK(FaultAfter([](Plan& p, Stages&) { p.machine.read_bandwidth = -1; }) == "`read_bandwidth` is -1, expected a number from 0 on");
  CHECK(FaultAfter([](Plan& p, Stages&) { p.types.records.clear(); }) == kEntry + ": the record `Scored` is not declared");
  CHECK(FaultAfter([](Plan& p, Stages&) { p.entries[0].bound_by = "computation"; }) ==
        kEntry + ": `bound_ms` and `bound_by` differ from the greatest of the bounds");
  CHECK(FaultAfter([](Plan& p, Stages&) { p.demands[0].replicas_max = 0; }) ==
        "demand of `Gpt2`: replicas are 1..0, expected a range from at least 1");
  CHECK(FaultAfter([](Plan& p, Stages&) { p.demands[0].replicas_max.reset(); }) ==
        "demand of `Gpt2`: `replicas_min` and `replicas_max` stand together");
  CHECK(FaultAfter([](Plan& p, Stages&) { p.models[1].options.emplace_back("batch", Value::Int(0)); }) ==
        "model 1: the option `batch` is 0, expected an integer from 1 on");
  CHECK(FaultAfter([](Plan& p, Stages&) { p.models[1].source = "gpt2"; }) ==
        "model 1: the source is `gpt2`, expected `hf:org/name`, `path:folder`, `torchscript:file` or "
        "`aoti:file`");
  CHECK(FaultAfter([](Plan& p, Stages&) { p.entries[1].name = p.entries[0].name; }) ==
        kEntry + ": the entry `InferenceGraph.generate_score` stands twice");
  CHECK(FaultAfter([](Plan&, Stages& s) { s[2].arguments[1].value.constant = Value::Float(kNan); }) ==
        kEntry + ", stage 2: a constant holds a number that is not finite, a field twice, or nests too deeply");
  CHECK(FaultAfter([](Plan&, Stages& s) { s[4].assignments[0].value.operands[0].names.clear(); }) ==
        kEntry + ", stage 4: an expression has 1 operands and 0 names, expected 1 and 1");
}
