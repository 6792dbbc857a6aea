// What `exact` promises, at the tasks of encoders: answers are equal, number by number, whatever the threads, the calls in a batch, its cut
// into passes and the cache of packed weights; for every family, in fp32 and bf16, as classifier, zero-shot classifier and embedder.
#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <vector>

#include "compiler/base/pass_limits.h"
#include "guide_text.h"
#include "oracle.h"
#include "runtime/cache/cache_folder.h"
#include "runtime/tasks/encoder_batch.h"
#include "task_calls.h"
#include "tests/unit/runtime/models/stored_types.h"

namespace plait {
namespace {

struct Family {
  std::string task;
  std::string method;
  std::string model;
};

const std::vector<Family> kFamilies = {{"text.Classifier", "classify", "google-bert/bert-base-uncased"},
                                       {"text.Classifier", "classify", "distilbert/distilbert-base-uncased"},
                                       {"text.Classifier", "classify", "distilbert/distilroberta-base"},
                                       {"text.ZeroShot", "classify", "FacebookAI/roberta-large-mnli"},
                                       {"text.Embedder", "embed", "sentence-transformers/all-MiniLM-L6-v2"},
                                       {"text.Embedder", "embed", "google-bert/bert-base-uncased"},
                                       {"text.Embedder", "embed", "distilbert/distilbert-base-uncased"},
                                       {"text.Embedder", "embed", "distilbert/distilroberta-base"}};

/// Texts of a word and of hundreds of tokens, one of which an embedder cuts; together more than one pass takes.
std::vector<ValueFields> CallsOf(const Family& family) {
  const GuideText guide;
  std::vector<ValueFields> calls;
  size_t place = 0;
  for (size_t words : {1, 150, 5, 80, 85, 30, 88, 2, 75, 90, 70, 60, 85}) {
    ValueFields& call = calls.emplace_back(ValueFields{{"text", Value::String(guide.Excerpt(place, words))}});
    if (family.task == "text.ZeroShot") {
      call.emplace_back("candidate_labels", Value::List({Value::String("code"), Value::String("a longer label"), Value::String("rain")}));
      call.emplace_back("multi_label", Value::Bool(words % 2 == 0));
    }
    place += words;
    // Each of its labels is a text of its own.
    if (family.task == "text.ZeroShot" && calls.size() == 6) {
      break;
    }
  }
  return calls;
}

TaskModelOptions OptionsOf(const Family& family, TokenizerPool& tokenizers, WeightCache* cache) {
  TaskModelOptions options;
  if (family.task == "text.Classifier") {
    options.options = {{"head", Value::Record({{"seed", Value::Int(3)}})}};
  }
  options.cache = {cache, family.model};
  options.tokenizers = &tokenizers;
  return options;
}

/// The answers to the calls in batches of so many; equal calls, of which there are some where the batch is larger than the list, are there
/// twice.
std::vector<Value> Answers(const TaskModel& model, const Family& family, const std::vector<ValueFields>& calls, size_t together,
                           int threads, CallStatistics* statistics = nullptr) {
  std::vector<Value> answers;
  for (size_t begin = 0; begin < calls.size(); begin += together) {
    std::vector<ValueFields> batch;
    for (size_t i = 0; i < together; ++i) {
      batch.push_back(calls[(begin + i) % calls.size()]);
    }
    std::vector<Result<Value>> results = Call(model, family.method, batch, threads, 0, statistics);
    for (size_t i = 0; i < together; ++i) {
      REQUIRE(results[i].ok());
      if (begin + i < calls.size()) {
        answers.push_back(*results[i]);
      } else {
        CHECK(*results[i] == answers[(begin + i) % calls.size()]);
      }
    }
  }
  return answers;
}

void CheckFamily(const Family& family, const std::string& folder, const std::vector<std::string>& states, bool is_kept) {
  INFO(family.task << " " << family.model);
  TokenizerPool tokenizers;
  const std::vector<ValueFields> calls = CallsOf(family);
  const std::unique_ptr<TaskModel> plain = ValueOrFail(LoadTask(family.task, folder, OptionsOf(family, tokenizers, nullptr)));
  const std::vector<Value> plainest = Answers(*plain, family, calls, 1, 1);
  const size_t sizes[2][2] = {{1, calls.size()}, {5, calls.size() + 7}};
  for (int threads : {1, 2, 3}) {
    TempFolder kept;
    for (size_t state = 0; state < states.size(); ++state) {
      WeightCache cache({kept.path(), 0, {}});
      const auto model = ValueOrFail(LoadTask(family.task, folder, OptionsOf(family, tokenizers, &cache), threads));
      for (size_t together : sizes[(static_cast<size_t>(threads) + state) % 2]) {
        INFO(threads << " threads, cache " << states[state] << ", " << together << " calls together");
        CHECK(Answers(*model, family, calls, together, threads) == plainest);
      }
    }
    CHECK(ListCache(kept.path()).empty() == !is_kept);
  }
  // All calls together are more than one pass, or nothing was cut.
  CallStatistics whole;
  Answers(*plain, family, calls, calls.size(), 1, &whole);
  CHECK(whole.prompt_tokens > kEncoderTokens);
}

TEST_CASE("an encoder's answers in fp32, which is not kept") {
  for (const Family& family : kFamilies) {
    CheckFamily(family, TinyModel(family.model), {"cold"}, false);
  }
}

TEST_CASE("an encoder's answers in bf16, whose panels are kept") {
  for (const Family& family : kFamilies) {
    ModelCopy copy = ModelCopy::OfFolder(TinyModel(family.model));
    copy.ChangeWeights(StoreAsBf16);
    CheckFamily(family, copy.path(), {"cold", "warm"}, true);
  }
}

}  // namespace
}  // namespace plait
