// Which plans have drafts, and what makes them.
#include <algorithm>

#include "tests/unit/compiler/schedule/graphs.h"

using namespace plait;
using namespace plait::schedule;

TEST_CASE("drafts make a generator faster, take memory, and are left out where that is not there") {
  ir::Graph graph = ReferenceGraph();
  PlanInputs inputs = InputsFor(graph, 2);
  plan::Plan plain = PlanOf(graph, inputs);
  CHECK(plain.models[0].drafts.empty());
  inputs.drafts = AllDraftSources();
  plan::Plan drafted = PlanOf(graph, inputs);
  CHECK(drafted.models[0].drafts == std::vector{DraftSource::Int8, DraftSource::Text});
  CHECK(drafted.models[0].draft_bytes > 123'000'000);
  CHECK(drafted.models[0].draft_bytes < 125'000'000);
  CHECK(drafted.models[2].drafts.empty());
  CHECK(drafted.entries[0].predicted_ms < 0.6 * plain.entries[0].predicted_ms);
  CHECK(drafted.entries[0].peak_memory == plain.entries[0].peak_memory + drafted.models[0].draft_bytes + drafted.models[1].draft_bytes);
  inputs.max_memory = drafted.entries[0].peak_memory - 1;
  plan::Plan smaller = PlanOf(graph, inputs);
  CHECK(smaller.models[0].drafts == std::vector{DraftSource::Text});
  CHECK(smaller.models[0].draft_bytes == 0);
  CHECK(smaller.entries[0].assumes.back().starts_with("no drafts by int8: with them it takes "));
  smaller.entries[0].assumes.pop_back();
  CHECK(smaller.entries == plain.entries);
  inputs.max_memory = plain.entries[0].peak_memory - 1;
  SourceManager sources;
  DiagnosticList list;
  MakePlan(graph, inputs, sources, list);
  REQUIRE(list.diagnostics().size() == 1);
  CHECK(list.diagnostics()[0].kind == DiagnosticKind::MemoryTooSmall);
}

namespace {

/// A large writer and a small one with the same tokenizer; in `options` what the large one's block says beside its weights.
struct TwoWriters {
  explicit TwoWriters(const std::string& precision = "exact", bool both_in_every_entry = true) {
    GraphBuilder b;
    ir::ModelId large = b.Generator("Large.lm", "large");
    ir::ModelId small = b.Generator("Small.lm", "small");
    ir::NodeId text = b.Text("text");
    graph = b.Finish(both_in_every_entry ? b.List({b.Write(large, text), b.Write(small, text)}) : b.Write(large, text));
    graph.models[large].options = {{"precision", Value::String(precision)}};
    inputs = InputsFor(graph, 2);
    inputs.drafts = AllDraftSources();
    inputs.facts[0] = Gpt2Facts(48);
    inputs.facts[0]->hidden_size = 1600;
    inputs.facts[0]->intermediate_size = 6400;
    inputs.facts[0]->weight_bytes = 6'230'000'000;
    inputs.facts[0]->tokenizer_digest = "xxh3:1";
    inputs.facts[1] = Gpt2Facts(6);
    inputs.facts[1]->tokenizer_digest = "xxh3:1";
  }

  [[nodiscard]] std::vector<DraftSource> DraftsOfLarge() const {
    plan::Plan made = PlanOf(graph, inputs);
    // Nothing is smaller than the small one.
    CHECK_FALSE(made.models[1].draft_model.has_value());
    return made.models[0].drafts;
  }

  ir::Graph graph;
  PlanInputs inputs;
};

const std::vector<DraftSource> kWithoutModel = {DraftSource::Int8, DraftSource::Text};

}  // namespace

TEST_CASE("a smaller model makes drafts where it promises more than the int8 copy") {
  // Of fp32 weights the copy is a quarter and nearly always right; of 16 bits it is half, and int8 weights have none.
  CHECK(TwoWriters("exact").DraftsOfLarge() == kWithoutModel);
  CHECK(TwoWriters("bf16").DraftsOfLarge() == AllDraftSources());
  CHECK(TwoWriters("int8").DraftsOfLarge() == std::vector{DraftSource::Text, DraftSource::Model});

  TwoWriters writers("int8");
  plan::Plan drafted = PlanOf(writers.graph, writers.inputs);
  CHECK(drafted.models[0].draft_model == 1U);
  CHECK(drafted.models[0].draft_bytes == 0);
  writers.inputs.drafts = kWithoutModel;
  plan::Plan plain = PlanOf(writers.graph, writers.inputs);
  CHECK(drafted.entries[0].predicted_ms < 0.8 * plain.entries[0].predicted_ms);
  const std::vector<std::string>& assumes = drafted.entries[0].assumes;
  CHECK(std::ranges::find(assumes, "Large.lm.generate: 1.6 tokens a pass, of 1 guesses of Small.lm 60 in 100 right") != assumes.end());
  // Its keys and values for Large are held beside Large's own and those of the text that it writes itself.
  constexpr int64_t kTokens = 128;
  const int64_t keys_and_values = kTokens * 6 * 2 * 768 * 4;
  CHECK(drafted.entries[0].peak_memory == plain.entries[0].peak_memory + keys_and_values + 50257 * 4);
}

TEST_CASE("a smaller model makes drafts only for what has its tokenizer and is loaded with it anyway") {
  auto changed = [](auto change) {
    TwoWriters writers("int8");
    change(writers.inputs);
    return writers.DraftsOfLarge();
  };
  const std::vector<DraftSource> only_text = {DraftSource::Text};
  CHECK(changed([](PlanInputs& i) { i.facts[1]->tokenizer_digest = "xxh3:2"; }) == only_text);
  CHECK(changed([](PlanInputs& i) { i.facts[0]->tokenizer_digest = i.facts[1]->tokenizer_digest = ""; }) == only_text);
  CHECK(changed([](PlanInputs& i) { i.facts[1]->vocab_size = 50258; }) == only_text);
  CHECK(changed([](PlanInputs& i) { i.facts[1].reset(); }) == only_text);
  // One that reads nearly as much.
  CHECK(changed([](PlanInputs& i) {
          i.facts[1] = i.facts[0];
          i.facts[1]->num_hidden_layers = 47;
        }) == only_text);
  CHECK(TwoWriters("int8", false).DraftsOfLarge() == only_text);

  // Another entry needs the large one alone.
  TwoWriters writers("int8");
  TwoWriters alone("int8", false);
  ir::Function function = *alone.graph.functions.begin();
  function.name = "S.other";
  writers.graph.functions.Add(function);
  CHECK(writers.DraftsOfLarge() == only_text);
}

TEST_CASE("who asks for a smaller model and for no copy gets it wherever there is one") {
  TwoWriters writers("exact", false);
  writers.inputs.drafts = {DraftSource::Int8, DraftSource::Model};
  CHECK(writers.DraftsOfLarge() == std::vector{DraftSource::Int8});
  plan::Plan plain = PlanOf(writers.graph, writers.inputs);
  writers.inputs.drafts = {DraftSource::Model};
  plan::Plan drafted = PlanOf(writers.graph, writers.inputs);
  CHECK(drafted.models[0].drafts == std::vector{DraftSource::Model});
  // It is loaded for its guesses alone.
  writers.inputs.drafts = {};
  CHECK(drafted.entries[0].peak_memory > PlanOf(writers.graph, writers.inputs).entries[0].peak_memory + 327'657'928);
  writers.inputs.drafts = {DraftSource::Model};
  writers.inputs.max_memory = drafted.entries[0].peak_memory - 1;
  CHECK(writers.DraftsOfLarge().empty());
  writers.inputs.facts[1]->tokenizer_digest = "xxh3:2";
  writers.inputs.max_memory.reset();
  CHECK(writers.DraftsOfLarge().empty());
}

TEST_CASE("where copies take too much memory a smaller model takes their place") {
  TwoWriters writers("exact");
  plan::Plan with_copies = PlanOf(writers.graph, writers.inputs);
  REQUIRE(with_copies.models[0].drafts == kWithoutModel);
  writers.inputs.max_memory = with_copies.entries[0].peak_memory - 1;
  plan::Plan without = PlanOf(writers.graph, writers.inputs);
  CHECK(without.models[0].drafts == std::vector{DraftSource::Text, DraftSource::Model});
  CHECK(without.models[0].draft_model == 1U);
  // Its keys and values fit no more.
  writers.inputs.max_memory = without.entries[0].peak_memory - 1;
  CHECK(writers.DraftsOfLarge() == std::vector{DraftSource::Text});
}

TEST_CASE("of several smaller models the one that promises most makes drafts, and a chain of them ends") {
  GraphBuilder b;
  std::vector<ir::NodeId> texts;
  ir::NodeId text = b.Text("text");
  for (const char* name : {"A.lm", "B.lm", "C.lm"}) {
    texts.push_back(b.Write(b.Generator(name, name), text));
  }
  ir::Graph graph = b.Finish(b.List(texts));
  PlanInputs inputs = InputsFor(graph, 2);
  inputs.drafts = {DraftSource::Model};
  for (size_t i = 0; i < 3; ++i) {
    inputs.facts[i] = Gpt2Facts(std::array{24, 6, 48}[i]);
    inputs.facts[i]->tokenizer_digest = "xxh3:1";
  }
  plan::Plan made = PlanOf(graph, inputs);
  CHECK(made.models[0].draft_model == 1U);
  CHECK(made.models[1].drafts.empty());
  CHECK(made.models[2].draft_model == 1U);
  // The same weights in another precision are smaller too.
  inputs.facts[1] = inputs.facts[0];
  graph.models[ir::ModelId{1}].options = {{"precision", Value::String("int8")}};
  CHECK(PlanOf(graph, inputs).models[0].draft_model == 1U);
}
