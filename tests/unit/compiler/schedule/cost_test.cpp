// What calls are said to take, in time and memory.
#include "compiler/base/pass_limits.h"
#include "tests/unit/compiler/schedule/graphs.h"

using namespace plait;
using namespace plait::schedule;

namespace {

/// One classifier over a list of so many texts of so many tokens.
plan::Entry ClassifyAll(int64_t texts, int64_t tokens) {
  GraphBuilder b;
  ir::ModelId bert = b.Classifier("B.b", "google-bert/bert-base-uncased");
  constexpr int64_t kBytesPerToken = 4;
  constexpr int64_t kSpecialTokens = 2;
  const std::string text(static_cast<size_t>((tokens - kSpecialTokens - 1) * kBytesPerToken), 'x');
  std::vector<ir::NodeId> items(static_cast<size_t>(texts), b.Str(text));
  ir::NodeId scores = b.Map(b.List(items), [&](ir::NodeId item, ir::NodeId) { return b.Score(bert, item); });
  return PlanOf(b.Finish(scores), 2).entries[0];
}

/// One writer that is asked for so many texts at once.
plan::Entry WriteSeveral(int64_t sequences, std::optional<int64_t> max_new_tokens) {
  GraphBuilder b;
  ir::ModelId gpt2 = b.Generator("G.g", "openai-community/gpt2");
  std::vector<std::pair<std::string, ir::NodeId>> arguments = {{"prompt", b.Text("prompt")}, {"num_return_sequences", b.Int(sequences)}};
  if (max_new_tokens) {
    arguments.emplace_back("max_new_tokens", b.Int(*max_new_tokens));
  }
  ir::NodeId written = b.Call(gpt2, "generate", arguments, Type::List(Type::Record("text.Generation")));
  return PlanOf(b.Finish(written), 2).entries[0];
}

int64_t WorkingBytes(const plan::Entry& entry) { return entry.stages[*entry.root].working_bytes; }

}  // namespace

TEST_CASE("a long list of texts takes the memory of one pass, and as many passes as it is cut into") {
  constexpr int64_t kTokens = 128;
  constexpr int64_t kTextsAPass = kEncoderTokens / kTokens;
  const plan::Entry one_pass = ClassifyAll(kTextsAPass, kTokens);
  const plan::Entry many = ClassifyAll(10 * kTextsAPass, kTokens);
  CHECK(WorkingBytes(many) == WorkingBytes(one_pass));
  CHECK(WorkingBytes(one_pass) == kEncoderTokens * (6 * 768 + 3072) * 4);
  CHECK(many.predicted_ms == doctest::Approx(10 * one_pass.predicted_ms).epsilon(0.001));
  CHECK(many.stages[*many.root].bytes == 10 * one_pass.stages[*one_pass.root].bytes);
}

TEST_CASE("a list that is known to be empty has no items") {
  GraphBuilder b;
  ir::ModelId bert = b.Classifier("B.b", "google-bert/bert-base-uncased");
  ir::NodeId none = b.Constant(Value::List({}), Type::List(Type::Of(TypeKind::String)));
  const plan::Entry entry = PlanOf(b.Finish(b.Map(none, [&](ir::NodeId item, ir::NodeId) { return b.Score(bert, item); })), 2).entries[0];
  for (const std::string& assumption : entry.assumes) {
    CHECK(assumption.find("unknown length") == std::string::npos);
  }
  CHECK(entry.bounds.computation_ms == 0);
}

TEST_CASE("of an encoder's last layer only the first token counts") {
  const plan::Entry entry = ClassifyAll(1, 512);
  constexpr double kHidden = 768;
  constexpr double kLayer = 12 * kHidden * kHidden;
  constexpr double kTokens = 512;
  // 12 layers; the last one computes keys and values of all tokens, and the rest for one.
  const double linear = 2 * (11 * kLayer * kTokens + 2 * kHidden * kHidden * kTokens + (kLayer - 2 * kHidden * kHidden));
  const double attention = 4 * kHidden * (11 * kTokens * kTokens + kTokens);
  const Machine machine = InputsFor({}, 2).machine;
  CHECK(entry.bounds.computation_ms == doctest::Approx((linear + attention) / (2 * machine.core_fp32_peak) * 1e3).epsilon(0.001));
}

TEST_CASE("a writer whose call says nothing of lengths writes what the runtime lets it") {
  const plan::Entry entry = WriteSeveral(1, std::nullopt);
  CHECK(entry.assumes.back() == "G.g.generate: 256 new tokens, as nothing limits them");
  CHECK(entry.predicted_ms == doctest::Approx(WriteSeveral(1, kDefaultNewTokens).predicted_ms));
}

TEST_CASE("more sequences than share a pass take turns in the memory of those that do") {
  constexpr int64_t kNewTokens = 100;
  const plan::Entry most = WriteSeveral(kMaxConcurrentSequences, kNewTokens);
  const plan::Entry more = WriteSeveral(4 * kMaxConcurrentSequences, kNewTokens);
  CHECK(WorkingBytes(more) == WorkingBytes(most));
  // The weights are read anew in each turn, but for the pass over the prompts.
  const double weights = static_cast<double>(most.stages[*most.root].bytes) / kNewTokens;
  const auto passes = static_cast<double>(more.stages[*more.root].bytes) / weights;
  CHECK(passes == doctest::Approx(1 + 4 * (kNewTokens - 1)));
}

TEST_CASE("a text of the request is taken to be as long as its default") {
  GraphBuilder b;
  ir::ModelId bert = b.Classifier("B.b", "google-bert/bert-base-uncased");
  ir::NodeId text = b.Parameter("text", Type::Of(TypeKind::String), Value::String(std::string(400, 'x')));
  const plan::Entry entry = PlanOf(b.Finish(b.Score(bert, text)), 2).entries[0];
  CHECK(entry.assumes == std::vector<std::string>{"`text` is about as long as its default"});
  CHECK(entry.predicted_ms == doctest::Approx(ClassifyAll(1, 103).predicted_ms));
}

TEST_CASE("precision makes weights smaller") {
  ir::Graph graph = ReferenceGraph();
  graph.models[ir::ModelId{0}].options = {{"precision", Value::String("int8")}};
  plan::Plan exact = PlanOf(ReferenceGraph(), 2);
  PlanInputs inputs = InputsFor(graph, 2);
  inputs.drafts = AllDraftSources();
  plan::Plan made = PlanOf(graph, inputs);
  // Its weights are as small as a copy would be.
  CHECK(made.models[0].drafts == std::vector{DraftSource::Text});
  CHECK(made.models[0].draft_bytes == 0);
  CHECK(made.entries[0].peak_memory < exact.entries[0].peak_memory + made.models[1].draft_bytes - 360'000'000);
}

TEST_CASE("a loop is taken to run half its rounds, and says what all of them would take") {
  constexpr const char* kLoop = R"(func @S.main(%0 x: string) -> string entry {
  %1 = loop %0 up to LIMIT : string each (%2: string) {
    %3 = model @0.classify(text: %2) : string
    yield %3
  } while (%4: string) {
    %5 = model @0.classify(text: %4) : string
    %6 = %5 == %4 : bool
    yield %6
  }
  return %1
}
)";
  auto with_limit = [&](const std::string& limit) {
    std::string text = kLoop;
    return PlanOfText(text.replace(text.find("LIMIT"), 5, limit), 2);
  };
  plan::Plan five = with_limit("5");
  plan::Plan nine = with_limit("9");
  CHECK(plan::Verify(five) == "");
  const plan::Stage& loop = five.entries[0].stages[0];
  REQUIRE(loop.kind == plan::StageKind::Loop);
  CHECK(loop.limit == 5);
  CHECK(loop.condition_stage.has_value());
  CHECK(nine.entries[0].predicted_ms == doctest::Approx(five.entries[0].predicted_ms * 5 / 3).epsilon(0.01));
  CHECK(five.entries[0].bound_ms <= five.entries[0].predicted_ms);
  CHECK(five.entries[0].assumes.back().starts_with("a loop: 3 rounds of up to 5; all of them take "));
}
