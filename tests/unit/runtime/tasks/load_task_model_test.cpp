// Whole tasks on the small stand-ins, against what transformers' pipelines answered.
#include <doctest/doctest.h>

#include <cmath>
#include <filesystem>
#include <map>
#include <string>

#include "fakes.h"
#include "oracle.h"
#include "runtime/tasks/task_files.h"
#include "task_calls.h"

namespace plait {
namespace {

constexpr double kTolerance = 1e-4;

Result<std::unique_ptr<TaskModel>> Load(std::string_view task, const std::string& folder, ValueFields options = {},
                                        const std::vector<std::string>& prompt_starts = {}) {
  return LoadTask(task, folder, {std::move(options), AllDraftSources(), prompt_starts, {}});
}

const Value kRandomHead = Value::Record({{"seed", Value::Int(0)}});

/// The oracle's cases of one kind, by model.
std::map<std::string, ValueList> CasesByModel(std::string_view path, std::string_view kind) {
  std::map<std::string, ValueList> cases;
  Value oracle = ReadOracle(path);
  for (const Value& oracle_case : oracle.Field("cases")->AsList()) {
    if (oracle_case.Field("kind")->AsString() == kind) {
      cases[oracle_case.Field("model")->AsString()].push_back(oracle_case);
    }
  }
  REQUIRE(!cases.empty());
  return cases;
}

/// The oracle's input under the names of stdlib's parameters.
ValueFields ArgumentsOf(const Value& input) {
  ValueFields arguments;
  for (const auto& [name, value] : input.AsRecord()) {
    if (name == "stop_strings") {
      arguments.emplace_back("stop", value);
    } else if (name == "labels") {
      arguments.emplace_back("candidate_labels", value);
    } else if (name != "hypothesis_template") {
      arguments.emplace_back(name, value);
    }
  }
  return arguments;
}

/// Equal but for numbers, which may differ by the tolerance.
bool IsClose(const Value& got, const Value& expected) {
  if (got.is_float() && (expected.is_float() || expected.is_int())) {
    return std::abs(got.AsFloat() - expected.AsNumber()) <= kTolerance;
  }
  if (got.is_list() && expected.is_list()) {
    return std::equal(got.AsList().begin(), got.AsList().end(), expected.AsList().begin(), expected.AsList().end(), IsClose);
  }
  if (got.is_record() && expected.is_record()) {
    const ValueFields& fields = got.AsRecord();
    return std::equal(fields.begin(), fields.end(), expected.AsRecord().begin(), expected.AsRecord().end(),
                      [](const auto& a, const auto& b) { return a.first == b.first && IsClose(a.second, b.second); });
  }
  return got == expected;
}

void CheckAnswers(const std::vector<Result<Value>>& results, const ValueList& cases) {
  REQUIRE(results.size() == cases.size());
  for (size_t i = 0; i < cases.size(); ++i) {
    CAPTURE(cases[i].Field("name")->AsString());
    const Value* expected = cases[i].Field("output");
    CHECK(results[i].ok() == (expected != nullptr));
    if (!results[i].ok() && expected != nullptr) {
      FAIL_CHECK(results[i].error().message);
    }
    if (results[i].ok() && expected != nullptr) {
      CAPTURE(ToJson(*results[i]));
      CAPTURE(ToJson(*expected));
      CHECK(IsClose(*results[i], *expected));
    }
  }
}

std::vector<ValueFields> CallsOf(const ValueList& cases) {
  std::vector<ValueFields> calls;
  for (const Value& oracle_case : cases) {
    calls.push_back(ArgumentsOf(*oracle_case.Field("input")));
  }
  return calls;
}

TEST_CASE("generation says what transformers says, one by one and all at once") {
  for (const auto& [name, cases] : CasesByModel("tests/oracle/page/tiny.json", "generate")) {
    auto model = Load("text.Generator", TinyModel(name));
    REQUIRE(model.ok());
    CHECK((*model)->is_stand_in());
    std::vector<ValueFields> calls = CallsOf(cases);
    std::vector<Result<Value>> together = Call(**model, "generate", calls, 2);
    CheckAnswers(together, cases);
    for (size_t i = 0; i < calls.size(); ++i) {
      std::vector<Result<Value>> alone = Call(**model, "generate", {calls[i]});
      CHECK(alone[0].ok() == together[i].ok());
      if (alone[0].ok() && together[i].ok()) {
        CHECK(*alone[0] == *together[i]);
      }
    }
  }
}

TEST_CASE("classification says what transformers says, in any batch") {
  for (const auto& [name, cases] : CasesByModel("tests/oracle/page/tiny.json", "classify")) {
    auto model = Load("text.Classifier", TinyModel(name), {{"precision", Value::String("exact")}, {"head", kRandomHead}});
    REQUIRE(model.ok());
    std::vector<ValueFields> calls = CallsOf(cases);
    for (ValueFields& call : calls) {
      call.emplace_back("top_k", Value::Int(1));
    }
    std::vector<Result<Value>> together = Call(**model, "classify", calls, 2);
    CheckAnswers(together, cases);
    for (size_t i = 0; i < calls.size(); ++i) {
      CHECK(*Call(**model, "classify", {calls[i]})[0] == *together[i]);
    }
  }
}

void CheckZeroShot(std::string_view oracle) {
  for (const auto& [name, cases] : CasesByModel(oracle, "zero_shot")) {
    std::map<std::string, ValueList> by_template;
    for (const Value& oracle_case : cases) {
      by_template[oracle_case.Field("input")->Field("hypothesis_template")->AsString()].push_back(oracle_case);
    }
    for (const auto& [text, own] : by_template) {
      auto model = Load("text.ZeroShot", TinyModel(name), {{"hypothesis_template", Value::String(text)}, {"head", Value()}});
      REQUIRE(model.ok());
      CheckAnswers(Call(**model, "classify", CallsOf(own)), own);
    }
  }
}

TEST_CASE("zero-shot classification says what transformers says") {
  CheckZeroShot("tests/oracle/page/tiny.json");
  CheckZeroShot("tests/oracle/tasks/long_texts.json");
}

TEST_CASE("sampling repeats itself whatever the batch and the threads") {
  auto model = Load("text.Generator", TinyModel("openai-community/gpt2"));
  REQUIRE(model.ok());
  ValueFields call = Json(R"({"prompt": "I have an idea!", "max_new_tokens": 20, "num_return_sequences": 3, "do_sample": true,
                              "temperature": 0.8, "top_p": 0.9, "repetition_penalty": 1.1, "seed": 5})")
                         .AsRecord();
  ValueFields other = Json(R"({"prompt": "Another", "max_new_tokens": 30, "do_sample": true})").AsRecord();
  Result<Value> alone = Call(**model, "generate", {call}, 1, 17)[0];
  REQUIRE(alone.ok());
  REQUIRE(alone->AsList().size() == 3);
  CHECK(!(alone->AsList()[0] == alone->AsList()[1]));
  CHECK(*alone == *Call(**model, "generate", {other, call, other}, 2, 17)[1]);
  CHECK(!(*alone == *Call(**model, "generate", {call}, 1, 18)[0]));
}

TEST_CASE("what was known of a prompt changes no answer, and is not read again") {
  const std::string start = "Answer in one word, and say no more than that.\nQuestion: ";
  auto plain = Load("text.Generator", TinyModel("openai-community/gpt2"));
  auto prepared = Load("text.Generator", TinyModel("openai-community/gpt2"), {}, {start, "Another start that no prompt has."});
  REQUIRE(plain.ok());
  REQUIRE(prepared.ok());
  // The first word joins the last token of the start.
  for (const char* rest : {"What is rain?", " what?", ""}) {
    const ValueFields call = {{"prompt", Value::String(start + rest)}, {"max_new_tokens", Value::Int(12)}};
    CallStatistics all;
    CallStatistics left;
    Result<Value> wanted = Call(**plain, "generate", {call}, 1, 0, &all)[0];
    Result<Value> answer = Call(**prepared, "generate", {call}, 2, 0, &left)[0];
    REQUIRE(wanted.ok());
    REQUIRE(answer.ok());
    CHECK(*answer == *wanted);
    CHECK(left.prompt_tokens < all.prompt_tokens / 2);
  }
}

TEST_CASE("one call's fault leaves the others alone") {
  auto model = Load("text.Generator", TinyModel("openai-community/gpt2"));
  REQUIRE(model.ok());
  ValueFields good = Json(R"({"prompt": "I have an idea!", "max_new_tokens": 2})").AsRecord();
  ValueFields cold = Json(R"({"prompt": "I have an idea!", "max_new_tokens": 2, "temperature": 0})").AsRecord();
  ValueFields broken = {{"prompt", Value::String("\xff")}};
  CallStatistics statistics;
  std::vector<Result<Value>> results = Call(**model, "generate", {good, cold, broken, good}, 1, 0, &statistics);
  CHECK(results[0].ok());
  CHECK(results[1].error().kind == FailureKind::ArgumentRange);
  CHECK(results[2].error().kind == FailureKind::InputInvalid);
  CHECK(*results[0] == *results[3]);
  CHECK(statistics.new_tokens == 4);
  CHECK(statistics.bytes_streamed > 0);
  CHECK(statistics.operations > 0);
  CHECK(Call(**model, "classify", {good})[0].error().kind == FailureKind::PlanInvalid);
}

TEST_CASE("a text that has more tokens than the model has positions") {
  std::string text;
  for (int i = 0; i < 600; ++i) {
    text += "a ";
  }
  auto model = Load("text.Classifier", TinyModel("google-bert/bert-base-uncased"), {{"head", kRandomHead}});
  REQUIRE(model.ok());
  ValueFields call = {{"text", Value::String(text)}, {"top_k", Value()}};
  ValueFields short_call = {{"text", Value::String("a")}, {"top_k", Value()}};
  CallStatistics statistics;
  std::vector<Result<Value>> results = Call(**model, "classify", {call, short_call}, 1, 0, &statistics);
  REQUIRE(!results[0].ok());
  CHECK(results[0].error().kind == FailureKind::PromptTooLong);
  CHECK(results[0].error().message == "the text has 602 tokens with its special ones; the model has 512 positions");
  REQUIRE(results[1].ok());
  CHECK(results[1]->AsList().size() == 2);
  CHECK(statistics.prompt_tokens == 3);
  call = {{"text", Value::String("a")}, {"top_k", Value::Int(0)}};
  CHECK(Call(**model, "classify", {call})[0].error().message == "`top_k` is 0, expected at least 1");
}

TEST_CASE("zero-shot needs labels, and pairs that fit") {
  auto model = Load("text.ZeroShot", TinyModel("FacebookAI/roberta-large-mnli"));
  REQUIRE(model.ok());
  std::string label;
  for (int i = 0; i < 600; ++i) {
    label += " x";
  }
  ValueFields empty = {{"text", Value::String("a")}, {"candidate_labels", Value::List({})}};
  ValueFields long_label = {{"text", Value::String("a")}, {"candidate_labels", Value::List({Value::String(label)})}};
  std::vector<Result<Value>> results = Call(**model, "classify", {empty, long_label});
  CHECK(results[0].error().kind == FailureKind::ArgumentRange);
  CHECK(results[0].error().message == "`candidate_labels` is empty, expected at least one label");
  CHECK(results[1].error().kind == FailureKind::PromptTooLong);
}

TEST_CASE("bf16 and int8 weights answer nearly as exact ones do") {
  std::string folder = TinyModel("FacebookAI/roberta-large-mnli");
  ValueFields call = {{"text", Value::String("I love rain")},
                      {"candidate_labels", Value::List({Value::String("weather"), Value::String("sport")})}};
  auto scores = [&](std::string_view precision) {
    Result<std::unique_ptr<TaskModel>> model = Load("text.ZeroShot", folder, {{"precision", Value::String(std::string(precision))}});
    REQUIRE(model.ok());
    std::vector<double> values;
    Result<Value> answer = Call(**model, "classify", {call})[0];
    REQUIRE(answer.ok());
    for (const Value& score : answer->Field("scores")->AsList()) {
      values.push_back(score.AsNumber());
    }
    return values;
  };
  std::vector<double> exact = scores("exact");
  for (auto [precision, tolerance] : {std::pair{"bf16", 0.02}, {"int8", 0.03}}) {
    std::vector<double> other = scores(precision);
    REQUIRE(other.size() == exact.size());
    CHECK(other != exact);
    for (size_t i = 0; i < exact.size(); ++i) {
      CHECK(std::abs(other[i] - exact[i]) < tolerance);
    }
  }
}

void CheckDoesNotLoad(const Result<std::unique_ptr<TaskModel>>& model, FailureKind kind, std::string_view message) {
  REQUIRE(!model.ok());
  CHECK(model.error().kind == kind);
  CHECK(model.error().message == message);
}

TEST_CASE("what cannot be loaded says why") {
  std::string gpt2 = TinyModel("openai-community/gpt2");
  std::string roberta = TinyModel("FacebookAI/roberta-large-mnli");
  CheckDoesNotLoad(
      Load("image.Describer", gpt2), FailureKind::ModelUnsupported,
      "the task `image.Describer` is not one that the runtime has: text.Generator, text.Classifier, text.ZeroShot, text.Embedder");
  CheckDoesNotLoad(Load("text.Generator", gpt2, {{"precision", Value::String("int4")}}), FailureKind::PlanInvalid,
                   "`precision` is \"int4\", expected `exact`, `bf16` or `int8`");
  CheckDoesNotLoad(Load("text.ZeroShot", roberta, {{"hypothesis_template", Value::String("x")}}), FailureKind::ArgumentRange,
                   "`hypothesis_template` is \"x\", expected `{}` where the label goes");
  CHECK(Load("text.Classifier", TinyModel("google-bert/bert-base-uncased")).error().kind == FailureKind::UntrainedHead);
  CheckDoesNotLoad(Load("text.ZeroShot", TinyModel("google-bert/bert-base-uncased"), {{"head", kRandomHead}}),
                   FailureKind::ModelUnsupported, "`label2id` has no label that begins with `entail` among LABEL_0, LABEL_1");
}

TEST_CASE("a folder without a tokenizer, or with another model's") {
  ModelCopy scratch = ModelCopy::OfFolder(TinyModel("openai-community/gpt2"));
  std::filesystem::remove(scratch.path() + "/tokenizer.json");
  CheckDoesNotLoad(Load("text.Generator", scratch.path()), FailureKind::ModelFileMissing, "`tokenizer.json` is missing");
  std::filesystem::copy(TinyModel("google-bert/bert-base-uncased") + "/tokenizer.json", scratch.path() + "/tokenizer.json");
  CheckDoesNotLoad(Load("text.Generator", scratch.path()), FailureKind::TokenizerInvalid,
                   "the tokenizer has 4000 ids; the model's `vocab_size` is 1001");
}

TEST_CASE("models share the tokenizer of equal files where they are loaded together") {
  TokenizerPool pool;
  TaskModelOptions together;
  together.tokenizers = &pool;
  auto tokenizer = [](const char* name, const TaskModelOptions& options) {
    Result<TaskFiles> files = OpenTaskFiles(TinyModel(name), options);
    REQUIRE(files.ok());
    return files->tokenizer;
  };
  const std::shared_ptr<const Tokenizer> gpt2 = tokenizer("openai-community/gpt2", together);
  CHECK(tokenizer("distilbert/distilgpt2", together) == gpt2);
  CHECK(tokenizer("google-bert/bert-base-uncased", together) != gpt2);
  CHECK(tokenizer("distilbert/distilgpt2", {}) != gpt2);
}

TEST_CASE("a smaller model with another tokenizer makes no drafts") {
  ModelCopy scratch = ModelCopy::OfFolder(TinyModel("distilbert/distilgpt2"));
  std::ofstream(scratch.path() + "/tokenizer.json", std::ios::app) << "\n";
  TokenizerPool tokenizers;
  TaskModelOptions options;
  options.tokenizers = &tokenizers;
  auto smaller = LoadTask("text.Generator", scratch.path(), options);
  REQUIRE(smaller.ok());
  options.drafts = {DraftSource::Model};
  options.draft_model = smaller->get();
  CheckDoesNotLoad(LoadTask("text.Generator", TinyModel("openai-community/gpt2"), options), FailureKind::PlanInvalid,
                   "its drafts come from " + scratch.path() + ", which has another tokenizer");
}

TEST_CASE("generation_config.json holds for calls that say nothing") {
  ModelCopy scratch = ModelCopy::OfFolder(TinyModel("openai-community/gpt2"));
  auto write = [&](const std::string& text) { scratch.Write("generation_config.json", text); };
  ValueFields call = {{"prompt", Value::String("I have an idea!")}};
  // The first greedy token after this prompt is `ress`, the third ` uy`.
  write(R"({"max_new_tokens": 2})");
  auto model = Load("text.Generator", scratch.path());
  REQUIRE(model.ok());
  CHECK(ToJson(*Call(**model, "generate", {call})[0]) == R"([{"generated_text": "I have an idea!ress s"}])");
  write(R"({"bos_token_id": 5000})");
  CheckDoesNotLoad(Load("text.Generator", scratch.path()), FailureKind::ModelConfigInvalid,
                   "`bos_token_id` is 5000; the model's `vocab_size` is 1001");
}

}  // namespace
}  // namespace plait
