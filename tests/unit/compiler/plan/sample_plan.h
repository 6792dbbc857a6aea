// A plan by hand that uses every kind of stage: the reference graph with a branch behind it.
#pragma once

#include <string>

#include "compiler/plan/plan.h"

namespace plait::plan {

inline Expr E(std::string_view text) {
  Result<Expr> expr = ParseExpr(text);
  return expr.ok() ? *expr : Expr();
}

inline Stage CallStage(uint32_t model, std::string method, std::vector<Argument> arguments, ValueId writes, double predicted_ms) {
  Stage stage;
  stage.kind = StageKind::Call;
  stage.model = model;
  stage.method = std::move(method);
  stage.arguments = std::move(arguments);
  stage.writes = writes;
  stage.predicted_ms = predicted_ms;
  stage.bytes = static_cast<int64_t>(predicted_ms * 20e6);
  stage.working_bytes = 4096;
  stage.span = "graphs/inference_graph.graph:17:12-96";
  return stage;
}

inline Stage GroupStage(StageKind kind, std::vector<StageId> children, int threads, double predicted_ms) {
  Stage stage;
  stage.kind = kind;
  stage.children = std::move(children);
  stage.threads = threads;
  stage.predicted_ms = predicted_ms;
  return stage;
}

inline Stage ComputeStage(std::vector<Assignment> assignments) {
  Stage stage;
  stage.assignments = std::move(assignments);
  return stage;
}

/// 0 sequential [1 parallel [2 gpt2, 3 distilgpt2], 4 compute, 5 map over [6 bert]].
inline Entry ReferenceEntry() {
  Entry entry;
  entry.name = "InferenceGraph.generate_score";
  entry.doc = "Two writers side by side, then one score for each text.";
  entry.parameters = {{0, "original_sentence", Type::Of(TypeKind::String), Value::String("I have an idea!")}};
  entry.result_type = Type::List(Type::Record("Scored"));
  entry.result = E("%6");
  entry.predicted_ms = 3310;
  entry.bounds = {3050.5, 2100, 3190};
  entry.bound_ms = 3190;
  entry.bound_by = "bandwidth";
  entry.peak_memory = 1'310'000'000;
  entry.assumes = {"new tokens: 112 of max_length 128"};
  entry.considered = {{1, "one after the other, on 2 threads", 3402.5}};
  entry.stages = {GroupStage(StageKind::Sequential, {1, 4, 5}, 2, 3310),
                  GroupStage(StageKind::Parallel, {2, 3}, 2, 3050),
                  CallStage(0, "generate", {{"prompt", E("%0")}, {"max_length", E("128")}}, 1, 3050),
                  CallStage(1, "generate", {{"prompt", E("%0")}, {"max_length", E("128")}}, 2, 2460),
                  ComputeStage({{3, E("[%1[0].generated_text, %2[0].generated_text]")}}),
                  GroupStage(StageKind::Map, {6}, 2, 210),
                  CallStage(2, "classify", {{"text", E("%4")}}, 5, 210)};
  entry.stages[0].bytes = 114'400'000'000;
  entry.stages[1].frees = {0};
  entry.stages[3].yields_to = 2;
  entry.stages[4].frees = {1, 2};
  entry.stages[5].source = E("%3");
  entry.stages[5].item = 4;
  entry.stages[5].element = E("{generated: %4, score: %5[0].score}");
  entry.stages[5].writes = 6;
  entry.stages[5].frees = {3};
  entry.stages[5].span = "graphs/inference_graph.graph:53:12-70";
  entry.stages[6].threads = 2;
  entry.root = 0;
  return entry;
}

/// A branch with a call in one arm, after a filtered map with an index.
inline Entry BranchEntry() {
  Entry entry;
  entry.name = "InferenceGraph.check";
  entry.parameters = {{0, "texts", Type::List(Type::Of(TypeKind::String)), std::nullopt},
                      {1, "least", Type::Optional(Type::Of(TypeKind::Float)), Value::Float(0.5)}};
  entry.result_type = Type::Anonymous({{"label", Type::Of(TypeKind::String)}});
  entry.result = E("{label: %8}");
  entry.predicted_ms = 50;
  entry.bounds = {40, 30, 20};
  entry.bound_ms = 40;
  entry.bound_by = "critical path";
  Stage map = GroupStage(StageKind::Map, {}, 1, 0);
  map.source = E("%0");
  map.item = 2;
  map.index = 3;
  map.condition_stage = 2;
  map.condition = E("len(%4) > %3");
  map.element = E("str(%2) + \"it's\"");
  map.writes = 5;
  Stage branch;
  branch.kind = StageKind::Branch;
  branch.arms = {{E("len(%5) == 0"), std::nullopt, E("\"none\"")}, {std::nullopt, 4, E("%7[0].label")}};
  branch.writes = 8;
  branch.frees = {5};
  entry.stages = {GroupStage(StageKind::Sequential, {1, 3}, 1, 50), map, ComputeStage({{4, E("str(%2)")}}), branch,
                  CallStage(2, "classify", {{"text", E("%5[0]")}}, 7, 50)};
  entry.root = 0;
  return entry;
}

/// A guard around a call with something in its place, and a loop around another guard.
inline Entry GuardedEntry() {
  Entry entry;
  entry.name = "InferenceGraph.refine";
  entry.parameters = {{0, "text", Type::Of(TypeKind::String), std::nullopt}};
  entry.result_type = Type::Of(TypeKind::Float);
  entry.result = E("if %2.failed { 0.0 } else { %2.value }");
  Stage guard = GroupStage(StageKind::Guard, {5}, 1, 50);
  guard.within_ms = 200;
  guard.retries = 2;
  guard.is_tolerant = true;
  guard.element = E("%1[0].score");
  guard.writes = 2;
  guard.span = "graphs/refine.graph:9:3-40";
  Stage loop = GroupStage(StageKind::Loop, {3}, 1, 3050);
  loop.limit = 5;
  loop.source = E("%0");
  loop.item = 3;
  loop.element = E("%5");
  loop.condition = E("len(%3) < 100");
  loop.writes = 6;
  loop.frees = {0};
  Stage inner = GroupStage(StageKind::Guard, {4}, 1, 3050);
  inner.within_ms = 60'000;
  inner.element = E("%4[0].generated_text");
  inner.writes = 5;
  inner.frees = {3};
  entry.stages = {
      GroupStage(StageKind::Sequential, {1, 2}, 1, 3100),  loop, guard, inner, CallStage(0, "generate", {{"prompt", E("%3")}}, 4, 3050),
      CallStage(2, "classify", {{"text", E("%6")}}, 1, 50)};
  entry.root = 0;
  return entry;
}

inline Plan SamplePlan() {
  Plan plan;
  plan.source_digest = "sha256:5f0c";
  plan.machine = {2, 0, 15e9, 33.1e9, 109e9, 25'000'000'000};
  plan.types.records["Scored"] = {{"generated", Type::Of(TypeKind::String), std::nullopt},
                                  {"score", Type::Of(TypeKind::Float), Value::Float(0.25)}};
  ValueFields options = {{"precision", Value::String("exact")}, {"head", Value()}};
  ValueFields head = {{"precision", Value::String("exact")}, {"head", Value::Record({{"seed", Value::Int(0)}})}};
  plan.models = {
      {"Gpt2.lm",
       "text.Generator",
       "hf:openai-community/gpt2",
       "",
       "sha256:91ab",
       "gpt2",
       options,
       {},
       497'759'232,
       AllDraftSources(),
       124'318'464,
       1,
       {"Answer in one \"word\".\n"},
       "graphs/inference_graph.graph:12:3-57"},
      {"DistilGpt2.lm",
       "text.Generator",
       "hf:distilbert/distilgpt2",
       "main",
       "",
       "",
       options,
       {},
       327'657'928,
       {DraftSource::Text},
       0,
       {},
       {},
       ""},
      {"BertBaseUncased.classifier", "text.Classifier", "path:models/bert", "", "", "bert", head, {}, 440'000'000, {}, 0, {}, {}, ""}};
  plan.demands = {{"Gpt2", std::nullopt, int64_t{4} << 30, 1, 1, 1, 4},
                  {"BertBaseUncased", 2, int64_t{2} << 30, std::nullopt, std::nullopt, std::nullopt, std::nullopt}};
  plan.entries = {ReferenceEntry(), BranchEntry()};
  return plan;
}

/// The sample's models with guards and loops.
inline Plan GuardedPlan() {
  Plan plan = SamplePlan();
  plan.entries = {GuardedEntry()};
  return plan;
}

}  // namespace plait::plan
