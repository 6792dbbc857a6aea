// Plans of graphs made by hand: what runs beside what, on how many threads, and how long that is said to take.
#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <random>

#include "tests/unit/compiler/schedule/graphs.h"

using namespace plait;
using namespace plait::schedule;

namespace {

std::string ExprOf(const plan::Plan& made, size_t stage) { return plan::ToString(made.entries[0].stages[stage].assignments.at(0).value); }

}  // namespace

TEST_CASE("the reference graph on machines of several sizes") {
  ir::Graph graph = ReferenceGraph();
  CHECK(Shape(PlanOf(graph, 1)) == "seq(Gpt2.lm 1, DistilGpt2.lm 1, compute, map(Bert.c 1))");
  CHECK(Shape(PlanOf(graph, 2)) == "seq(par(Gpt2.lm 1, DistilGpt2.lm 1), compute, map(Bert.c 2))");
  CHECK(Shape(PlanOf(graph, 4)) == "seq(par(Gpt2.lm 2, DistilGpt2.lm 2), compute, map(Bert.c 4))");
  plan::Plan eight = PlanOf(graph, 8);
  CHECK(eight.entries[0].stages[1].kind == plan::StageKind::Parallel);
  CHECK(eight.entries[0].stages[1].threads <= 8);
}

TEST_CASE("the reference graph in full") {
  plan::Plan made = PlanOf(ReferenceGraph(), 2);
  const plan::Entry& entry = made.entries[0];
  CHECK(ExprOf(made, 4) == "[%1[0].generated_text, %2[0].generated_text]");
  CHECK(plan::ToString(entry.stages[5].element) == "{generated: %4, score: %5[0].score}");
  CHECK(plan::ToString(entry.result) == "%6");
  // The shorter writer leaves its thread to the longer one.
  CHECK(entry.stages[3].yields_to == 2U);
  CHECK_FALSE(entry.stages[2].yields_to.has_value());
  // The prompt ends with both writers, their answers with the list of both texts.
  CHECK(entry.stages[1].frees == std::vector<plan::ValueId>{0});
  CHECK(entry.stages[4].frees == std::vector<plan::ValueId>{1, 2});
  CHECK(entry.stages[5].frees == std::vector<plan::ValueId>{3});
  CHECK(entry.bound_by == "bandwidth");
  CHECK(entry.predicted_ms > 2000);
  CHECK(entry.predicted_ms < 4500);
  CHECK(entry.bound_ms > 0.8 * entry.predicted_ms);
  CHECK(entry.peak_memory > 1'260'000'000);
  CHECK(entry.peak_memory < 1'400'000'000);
  CHECK(entry.assumes == std::vector<std::string>{"a text of the request has 16 tokens",
                                                  "Gpt2.lm.generate: 112 new tokens of max_length 128; no early end",
                                                  "DistilGpt2.lm.generate: 112 new tokens of max_length 128; no early end"});
  REQUIRE(entry.considered.size() == 1);
  CHECK(entry.considered[0].stage == 1);
  CHECK(entry.considered[0].what == "one after the other, each on 2 threads");
  CHECK(entry.considered[0].predicted_ms > 0.99 * entry.predicted_ms);
}

TEST_CASE("an ensemble of two encoders") {
  GraphBuilder b;
  ir::ModelId large = b.Model("A.a", "text.ZeroShot", "FacebookAI/roberta-large-mnli");
  ir::ModelId bert = b.Classifier("B.b", "google-bert/bert-base-uncased");
  ir::NodeId text = b.Text("input_data");
  ir::NodeId labels = b.Constant(Value::List({Value::String("a"), Value::String("b")}), Type::List(GraphBuilder::String()));
  ir::NodeId shot = b.Call(large, "classify", {{"text", text}, {"candidate_labels", labels}}, Type::List(Type::Record("text.Label")));
  plan::Plan made = PlanOf(b.Finish(b.Record({{"zero", b.First(shot)}, {"label", b.Label(bert, text)}})), 2);
  CHECK(Shape(made) == "par(A.a 1, B.b 1)");
  CHECK(plan::ToString(made.entries[0].stages[1].arguments[1].value) == "[\"a\", \"b\"]");
}

TEST_CASE("a chain") {
  GraphBuilder b;
  ir::ModelId first = b.Classifier("A.a", "google-bert/bert-base-uncased");
  ir::ModelId second = b.Classifier("B.b", "google-bert/bert-base-uncased");
  ir::NodeId text = b.Text("text");
  ir::NodeId label = b.Label(first, text);
  plan::Plan made = PlanOf(b.Finish(b.Label(second, b.Join(b.Join(label, b.Str(": ")), text))), 4);
  CHECK(Shape(made) == "seq(A.a 4, B.b 4)");
  CHECK(plan::ToString(made.entries[0].stages[2].arguments[0].value) == "(%1[0].label + \": \") + %0");
  CHECK(made.entries[0].bound_by == "critical path");
}

TEST_CASE("a diamond") {
  GraphBuilder b;
  ir::ModelId bert = b.Classifier("A.a", "google-bert/bert-base-uncased");
  ir::ModelId gpt2 = b.Generator("G.g", "openai-community/gpt2");
  ir::NodeId start = b.Label(bert, b.Text("text"));
  ir::NodeId left = b.Write(gpt2, start);
  ir::NodeId right = b.Label(bert, b.Join(start, b.Str("!")));
  plan::Plan made = PlanOf(b.Finish(b.Label(bert, b.Join(left, right))), 2);
  CHECK(Shape(made) == "seq(A.a 2, par(G.g 1, A.a 1), A.a 2)");
}

TEST_CASE("an order that is not series-parallel loses little") {
  GraphBuilder b;
  ir::ModelId bert = b.Classifier("A.a", "google-bert/bert-base-uncased");
  ir::ModelId gpt2 = b.Generator("G.g", "openai-community/gpt2");
  ir::NodeId text = b.Text("text");
  ir::NodeId a = b.Label(bert, text);
  ir::NodeId long_one = b.Write(gpt2, text);
  ir::NodeId c = b.Label(bert, b.Join(a, b.Str("?")));
  ir::NodeId d = b.Label(bert, b.Join(a, long_one));
  plan::Plan made = PlanOf(b.Finish(b.Join(c, d)), 2);
  // Only what needs the long one waits for it.
  CHECK(Shape(made) == "seq(par(seq(A.a 1, A.a 1), G.g 1), A.a 2)");
}

TEST_CASE("a branch with calls runs one arm, one without is an expression") {
  GraphBuilder b;
  ir::ModelId bert = b.Classifier("A.a", "google-bert/bert-base-uncased");
  ir::NodeId text = b.Text("text");
  auto is = [&](const std::string& word) { return b.Apply(Operation::Equal, {text, b.Str(word)}, Type::Of(TypeKind::Bool)); };
  ir::NodeId prefix = b.If(is("c"), [&] { return b.Str("x"); }, [&] { return b.Str("y"); });
  ir::NodeId choice = b.If(
      is("a"), [&] { return b.Label(bert, text); },
      [&] { return b.If(is("b"), [&] { return b.Str("plain"); }, [&] { return b.Label(bert, b.Join(text, text)); }); });
  plan::Plan made = PlanOf(b.Finish(b.Join(prefix, choice)), 2);
  CHECK(Shape(made) == "branch(A.a 2, -, A.a 2)");
  CHECK(plan::ToString(*made.entries[0].stages[0].arms[1].condition) == "%0 == \"b\"");
  CHECK(plan::ToString(made.entries[0].result) == "(if %0 == \"c\" { \"x\" } else { \"y\" }) + %3");
}

TEST_CASE("nested maps, one with a filter and an index") {
  GraphBuilder b;
  ir::ModelId bert = b.Classifier("A.a", "google-bert/bert-base-uncased");
  Type texts = Type::List(GraphBuilder::String());
  ir::NodeId groups = b.Parameter("groups", Type::List(texts));
  ir::NodeId result = b.Map(groups, [&](ir::NodeId group, ir::NodeId) {
    return b.Map(
        group,
        [&](ir::NodeId text, ir::NodeId index) { return b.Join(b.Label(bert, text), b.Apply(Operation::Display, {index}, texts.item())); },
        [&](ir::NodeId text, ir::NodeId) {
          return b.Apply(Operation::Equal, {b.Label(bert, b.Join(text, text)), b.Str("ok")}, Type::Of(TypeKind::Bool));
        });
  });
  plan::Plan made = PlanOf(b.Finish(result), 2);
  CHECK(Shape(made) == "map(map(if A.a 2, A.a 2))");
  const plan::Stage& inner = made.entries[0].stages[1];
  CHECK(inner.index.has_value());
  CHECK_FALSE(made.entries[0].stages[0].index.has_value());
  CHECK(made.entries[0].assumes == std::vector<std::string>{"a list of unknown length has 4 items", "a text of the request has 16 tokens"});
}

TEST_CASE("a value used twice is computed once, in a map too") {
  GraphBuilder b;
  ir::NodeId text = b.Text("text");
  ir::NodeId joined = b.Join(text, b.Str("!"));
  ir::NodeId list = b.Parameter("list", Type::List(GraphBuilder::String()));
  plan::Plan made = PlanOf(b.Finish(b.Map(list, [&](ir::NodeId item, ir::NodeId) { return b.Join(b.Join(item, joined), b.Str(".")); })), 1);
  CHECK(Shape(made) == "seq(compute, map())");
  CHECK(plan::ToString(made.entries[0].stages[2].element) == "(%3 + %2) + \".\"");
}

TEST_CASE("an entry without stages") {
  GraphBuilder b;
  plan::Plan made = PlanOf(b.Finish(b.Join(b.Text("a"), b.Str("!"))), 2);
  CHECK(Shape(made) == "none");
  CHECK(made.entries[0].predicted_ms == 0);
  CHECK(made.entries[0].bound_by.empty());
}

TEST_CASE("more calls than cores form groups") {
  GraphBuilder b;
  ir::ModelId gpt2 = b.Generator("G.g", "openai-community/gpt2");
  ir::NodeId text = b.Text("text");
  std::vector<ir::NodeId> texts;
  for (int i = 0; i < 50; ++i) {
    texts.push_back(b.Write(gpt2, b.Join(text, b.Str(std::to_string(i)))));
  }
  ir::Graph graph = b.Finish(b.List(texts));
  for (int cores : {1, 2, 3, 8, 64}) {
    plan::Plan made = PlanOf(graph, cores);
    CHECK(made.entries[0].stages[*made.entries[0].root].threads <= cores);
  }
  CHECK(PlanOf(graph, 2).entries[0].stages[0].kind == plan::StageKind::Parallel);
}

TEST_CASE("long folds stay within the depth that plans may have") {
  GraphBuilder b;
  ir::ModelId bert = b.Classifier("A.a", "google-bert/bert-base-uncased");
  ir::NodeId text = b.Text("text");
  ir::NodeId all = text;
  for (int i = 0; i < 300; ++i) {
    all = b.Join(all, b.Str("x"));
  }
  for (int i = 0; i < 200; ++i) {
    all = b.Label(bert, b.Join(all, b.Label(bert, b.Join(text, b.Str(std::to_string(i))))));
  }
  PlanOf(b.Finish(all), 2);
}

TEST_CASE("equal inputs give equal plans") { CHECK(plan::Write(PlanOf(ReferenceGraph(), 2)) == plan::Write(PlanOf(ReferenceGraph(), 2))); }

TEST_CASE("facts that refute a program") {
  ir::Graph graph = ReferenceGraph();
  graph.models[ir::ModelId{2}].options = {{"head", Value()}};
  graph.demands.push_back({"Gpt2", 4, 100'000'000, 1, 1, {}, {}, {}});
  PlanInputs inputs = InputsFor(graph, 2);
  inputs.facts[0]->max_positions = 64;
  inputs.facts[1].reset();
  SourceManager sources;
  DiagnosticList list;
  MakePlan(graph, inputs, sources, list);
  std::vector<std::string> messages;
  for (const Diagnostic& diagnostic : list.diagnostics()) {
    messages.push_back(std::string(GetDiagnosticInfo(diagnostic.kind).code) + ": " + diagnostic.message);
  }
  CHECK(messages ==
        std::vector<std::string>{
            "metadata-absent: `distilbert/distilgpt2` was not found on this machine, so its costs are those of a typical text.Generator",
            "untrained-head: `google-bert/bert-base-uncased` has no `classifier.weight`: its classification head was never trained",
            "memory-too-small: `Gpt2` asks for 95.4 MiB of memory, the weights of `openai-community/gpt2` alone take 475 MiB",
            "machine-too-small: `Gpt2` asks for 4 cores, this machine has 2",
            "machine-too-small: `Gpt2` asks for 1 gpu, models run on the processor only, so the plan is for that",
            "model-limit: `max_length` is 128, `openai-community/gpt2` takes at most 64 tokens"});
  CHECK(list.diagnostics()[1].fixes[0].text == "add `{ head: random(seed: 0) }`");
  CHECK(list.diagnostics()[3].severity == Severity::Warning);
  inputs.strict = true;
  DiagnosticList strict;
  MakePlan(graph, inputs, sources, strict);
  CHECK(strict.diagnostics()[2].severity == Severity::Error);
  CHECK(strict.diagnostics()[3].severity == Severity::Error);
}

TEST_CASE("random graphs give sound plans") {
  for (uint32_t seed = 0; seed < 60; ++seed) {
    std::mt19937 random(seed);
    GraphBuilder b;
    ir::ModelId gpt2 = b.Generator("G.g", "openai-community/gpt2");
    ir::ModelId bert = b.Classifier("B.b", "google-bert/bert-base-uncased");
    std::vector<ir::NodeId> texts = {b.Text("a"), b.Text("b")};
    auto any = [&](const std::vector<ir::NodeId>& from) { return from[random() % from.size()]; };
    std::function<ir::NodeId(std::vector<ir::NodeId>, int)> make = [&](std::vector<ir::NodeId> seen, int depth) -> ir::NodeId {
      size_t count = 1 + random() % (depth == 0 ? 20 : 4);
      for (size_t i = 0; i < count; ++i) {
        switch (random() % (depth < 3 ? 6 : 4)) {
          case 0:
            seen.push_back(b.Write(gpt2, any(seen)));
            break;
          case 1:
            seen.push_back(b.Label(bert, any(seen)));
            break;
          case 2:
          case 3:
            seen.push_back(b.Join(any(seen), any(seen)));
            break;
          case 4: {
            ir::NodeId condition = b.Apply(Operation::Less, {any(seen), any(seen)}, Type::Of(TypeKind::Bool));
            seen.push_back(b.If(
                condition, [&] { return make(seen, depth + 1); }, [&] { return random() % 2 == 0 ? b.Str("z") : make(seen, depth + 1); }));
            break;
          }
          default: {
            ir::NodeId list = b.List({any(seen), any(seen)});
            auto body = [&](ir::NodeId item, ir::NodeId) {
              std::vector<ir::NodeId> inner = seen;
              inner.push_back(item);
              return make(inner, depth + 1);
            };
            auto filter = [&](ir::NodeId item, ir::NodeId) {
              return b.Apply(Operation::Less, {random() % 2 == 0 ? b.Label(bert, item) : item, any(seen)}, Type::Of(TypeKind::Bool));
            };
            ir::NodeId map = random() % 2 == 0 ? b.Map(list, body) : b.Map(list, body, filter);
            seen.push_back(b.Apply(Operation::Display, {map}, GraphBuilder::String()));
          }
        }
      }
      return seen.size() > 2 ? b.Join(seen.back(), seen[seen.size() - 2]) : seen.back();
    };
    ir::Graph graph = b.Finish(make(texts, 0));
    for (int cores : {1, 2, 5}) {
      PlanOf(graph, cores);
    }
  }
}

TEST_CASE("ten thousand calls") {
  for (bool is_chained : {false, true}) {
    GraphBuilder b;
    ir::ModelId bert = b.Classifier("A.a", "google-bert/bert-base-uncased");
    std::mt19937 random(3);
    std::vector<ir::NodeId> texts = {b.Text("text")};
    for (int i = 0; i < 10'000; ++i) {
      size_t reach = is_chained ? std::min<size_t>(texts.size(), 40) : texts.size();
      texts.push_back(b.Label(bert, b.Join(texts[texts.size() - 1 - random() % reach], b.Str(std::to_string(i)))));
    }
    ir::Graph graph = b.Finish(b.List(texts));
    SourceManager sources;
    DiagnosticList diagnostics;
    auto start = std::chrono::steady_clock::now();
    plan::Plan made = MakePlan(graph, InputsFor(graph, 2), sources, diagnostics);
    double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    MESSAGE("planned in ", seconds, " s");
    CHECK(plan::Verify(made) == "");
    CHECK(made.entries[0].stages.size() >= 10'000);
  }
}

TEST_CASE("a guard's arguments that may fail are computed before it") {
  plan::Plan made = PlanOfText(R"(func @S.main(%0 xs: [string], %1 n: int) -> json entry {
  %2 = %0[%1] : string
  %3 = len %2 : int
  %4 = try within_ms 200 retries 2 tolerant : { failed: bool, value: json } {
    %5 = str %3 : string
    %6 = model @0.classify(text: %5) : json
    yield %6
  }
  return %4
}
)",
                               2);
  const plan::Entry& entry = made.entries[0];
  CHECK(plan::Verify(made) == "");
  CHECK(plan::ToString(entry.stages[1].assignments.at(0).value) == "len(%0[%1])");
  REQUIRE(entry.stages[2].kind == plan::StageKind::Guard);
  CHECK(entry.stages[2].within_ms == 200);
  CHECK(entry.stages[2].retries == 2);
  CHECK(entry.stages[2].is_tolerant);
  CHECK(plan::ToString(entry.stages[3].arguments.at(0).value) == "str(%2)");
  CHECK(entry.assumes.back().find("the first of up to 3 attempts goes well") != std::string::npos);
}
