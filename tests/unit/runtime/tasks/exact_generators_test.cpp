// What `exact` promises, at text.Generator: texts are equal, whatever the threads, the calls in a batch, the cut of long prompts, whether
// they come whole or in pieces, what was known of them, the cache of packed weights and what guesses ahead; also all of it together.
#include <doctest/doctest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "guide_text.h"
#include "runtime/cache/cache_folder.h"
#include "small_decoders.h"
#include "task_calls.h"

namespace plait {
namespace {

constexpr uint64_t kRequestSeed = 17;

/// What guesses ahead, by the sources and, where a smaller model is among them, whether that is the decoder's own double in int8, which is
/// right as a rule, or another.
struct Drafts {
  std::string name;
  std::vector<DraftSource> sources;
  bool by_double = false;
};

const std::vector<Drafts> kDrafts = {{"none", {}},
                                     {"int8", {DraftSource::Int8}},
                                     {"text", {DraftSource::Text}},
                                     {"its double", {DraftSource::Model}, true},
                                     {"another model", {DraftSource::Model}},
                                     {"all", AllDraftSources()}};

ValueFields CallOf(std::string prompt, std::string_view settings) {
  ValueFields call = Json(settings).AsRecord();
  if (std::ranges::find(call, "num_return_sequences", &ValueFields::value_type::first) == call.end()) {
    call.emplace_back("num_return_sequences", Value::Int(1));
  }
  call.emplace_back("prompt", Value::String(std::move(prompt)));
  return call;
}

/// What long prompts begin with.
std::string LongStart() { return GuideText().Excerpt(0, 100); }

/// Greedy and sampled, short and too long for one pass, some with a beginning in common.
std::vector<ValueFields> Calls() {
  const GuideText guide;
  const std::string long_prompt = guide.Excerpt(0, 180);
  return {CallOf(guide.Excerpt(700, 6), R"({"max_new_tokens": 64})"),
          CallOf(guide.Excerpt(30, 12), R"({"max_new_tokens": 12, "do_sample": true, "temperature": 0.8, "top_p": 0.9,
                                            "num_return_sequences": 3, "seed": 5})"),
          CallOf(long_prompt, R"({"max_new_tokens": 8})"),
          CallOf(long_prompt + " and more of it", R"({"max_new_tokens": 8, "do_sample": true, "seed": 9, "repetition_penalty": 1.2})"),
          CallOf("", R"({"max_new_tokens": 10})"),
          CallOf(guide.Excerpt(400, 20), R"({"max_new_tokens": 16, "repetition_penalty": 1.3})"),
          CallOf(guide.Excerpt(900, 3), R"({"max_new_tokens": 20, "stop": ["e"]})")};
}

/// `CallOf` puts it last.
const std::string& PromptOf(const ValueFields& call) { return call.back().second.AsString(); }

/// The call with its prompt as a stream of words.
ValueFields WithStreamedPrompt(ValueFields call) {
  ValueList words;
  std::string word;
  for (char c : PromptOf(call)) {
    word += c;
    if (c == ' ' || c == '\n') {
      words.push_back(Value::String(std::exchange(word, "")));
    }
  }
  words.push_back(Value::String(word));
  call.back().second = StreamOf(std::move(words));
  return call;
}

std::vector<Value> AnswersOf(const std::vector<Result<Value>>& results) {
  std::vector<Value> answers;
  for (const Result<Value>& result : results) {
    answers.push_back(ValueOrFail(result));
  }
  return answers;
}

std::vector<Value> Plainest(const TaskModel& model, const std::vector<ValueFields>& calls) {
  std::vector<Value> answers;
  for (const ValueFields& call : calls) {
    answers.push_back(AnswersOf(Call(model, "generate", {call}, 1, kRequestSeed)).at(0));
  }
  return answers;
}

/// How calls are made: all together, in order and backwards; each by itself, its prompt coming in pieces; each by itself, its answer too.
enum class Way : uint8_t { Together, StreamedPrompts, StreamedAnswers };

void CheckAnswers(const TaskModel& model, Way way, const std::vector<ValueFields>& calls, const std::vector<Value>& plainest, int threads,
                  CallStatistics& statistics) {
  auto answers = [&](const std::vector<ValueFields>& batch) {
    return AnswersOf(Call(model, "generate", batch, threads, kRequestSeed, &statistics));
  };
  if (way == Way::Together) {
    CHECK(answers(calls) == plainest);
    std::vector<Value> backwards = answers({calls.rbegin(), calls.rend()});
    std::ranges::reverse(backwards);
    CHECK(backwards == plainest);
    return;
  }
  for (size_t i = 0; i < calls.size(); ++i) {
    INFO("call " << i);
    if (way == Way::StreamedPrompts) {
      CHECK(answers({WithStreamedPrompt(calls[i])}).at(0) == plainest[i]);
      continue;
    }
    CHECK(answers({calls[i]}).at(0) == plainest[i]);
    const std::string& first = plainest[i].AsList().at(0).Field("generated_text")->AsString();
    CHECK(PromptOf(calls[i]) + ReadStream(model, calls[i], threads, kRequestSeed, &statistics) == first);
  }
}

/// A decoder with what guesses for it.
struct Drafted {
  std::unique_ptr<TaskModel> guesses;
  std::unique_ptr<TaskModel> model;
};

Drafted Load(const std::string& folder, const Drafts& drafts, bool knows_start, int threads, TokenizerPool& tokenizers,
             WeightCache* cache) {
  Drafted drafted;
  TaskModelOptions options;
  options.cache = {cache, "decoder"};
  options.tokenizers = &tokenizers;
  options.prompt_starts = knows_start ? std::vector{LongStart()} : std::vector<std::string>();
  if (Contains(drafts.sources, DraftSource::Model)) {
    TaskModelOptions smaller = options;
    smaller.options = {{"precision", Value::String("int8")}};
    drafted.guesses =
        ValueOrFail(LoadTask("text.Generator", drafts.by_double ? folder : TinyModel("distilbert/distilgpt2"), smaller, threads));
  }
  options.drafts = drafts.sources;
  options.draft_model = drafted.guesses.get();
  drafted.model = ValueOrFail(LoadTask("text.Generator", folder, options, threads));
  return drafted;
}

/// Every number of threads with every state of the cache, and each of both with every way to call.
void CheckDrafts(const std::string& folder, const Drafts& drafts, bool is_bf16, const std::vector<Value>& plainest,
                 TokenizerPool& tokenizers) {
  const std::vector<ValueFields> calls = Calls();
  const std::string states[] = {"none", "cold", "warm"};
  CallStatistics statistics;
  for (int threads : {1, 2, 3}) {
    TempFolder kept;
    for (int state : {0, 1, 2}) {
      WeightCache cache({kept.path(), 0, {}});
      const bool knows_start = (threads + state) % 2 == 0;
      const Drafted drafted = Load(folder, drafts, knows_start, threads, tokenizers, state == 0 ? nullptr : &cache);
      INFO("drafts " << drafts.name << ", " << threads << " threads, cache " << states[state] << ", start known " << knows_start);
      CheckAnswers(*drafted.model, static_cast<Way>((threads + state) % 3), calls, plainest, threads, statistics);
    }
    const bool has_int8 = Contains(drafts.sources, DraftSource::Int8) || Contains(drafts.sources, DraftSource::Model);
    CHECK(ListCache(kept.path()).empty() == (!is_bf16 && !has_int8));
  }
  INFO("drafts " << drafts.name);
  if (Contains(drafts.sources, DraftSource::Int8) || Contains(drafts.sources, DraftSource::Text)) {
    CHECK(statistics.right_guesses > 0);
  } else {
    // A smaller model does not pay for long enough where the decoder reads half as much as in fp32.
    CHECK((statistics.guessed_tokens > 0) == (!drafts.sources.empty() && !is_bf16));
  }
}

void CheckGenerator(const std::string& folder, bool is_bf16) {
  TokenizerPool tokenizers;
  const std::vector<Value> plainest = Plainest(*Load(folder, kDrafts[0], false, 1, tokenizers, nullptr).model, Calls());
  for (const Drafts& drafts : kDrafts) {
    CheckDrafts(folder, drafts, is_bf16, plainest, tokenizers);
  }
}

TEST_CASE("a prompt of the calls is read in several passes, and another joins the known start") {
  TokenizerPool tokenizers;
  TaskModelOptions options;
  const auto model = ValueOrFail(LoadTask("text.Generator", TinyModel("openai-community/gpt2"), options));
  CallStatistics statistics;
  Call(*model, "generate", {Calls().at(2)}, 1, 0, &statistics);
  CHECK(statistics.prompt_tokens > 256);
  CHECK(PromptOf(Calls().at(2)).starts_with(LongStart()));
}

TEST_CASE("what a generator writes: GPT-2 in fp32, its projection tied to its embeddings") {
  CheckGenerator(TinyModel("openai-community/gpt2"), false);
}

TEST_CASE("what a generator writes: GPT-2 in bf16, untied, with the other activation and scale") {
  CheckGenerator(UntiedGpt2().folder(), true);
}

}  // namespace
}  // namespace plait
