// text.Embedder on the small stand-ins, against what sentence-transformers makes of the same files.
#include <doctest/doctest.h>

#include <cmath>
#include <string>

#include "fakes.h"
#include "oracle.h"
#include "runtime/tasks/pooling.h"
#include "task_calls.h"

namespace plait {
namespace {

constexpr double kTolerance = 1e-5;

/// Files of the case's beside the stand-in's own.
void WriteAll(ModelCopy& copy, const Value& files) {
  for (const auto& [name, value] : files.AsRecord()) {
    copy.Write(name, ToJson(value));
  }
}

Result<std::unique_ptr<TaskModel>> Load(const std::string& folder) {
  return LoadTask("text.Embedder", folder, {{}, AllDraftSources(), {}, {}});
}

std::vector<Result<Value>> Embed(const TaskModel& model, const std::vector<std::string>& texts, int threads = 1,
                                 CallStatistics* statistics = nullptr) {
  std::vector<ValueFields> calls;
  for (const std::string& text : texts) {
    calls.push_back({{"text", Value::String(text)}});
  }
  return Call(model, "embed", calls, threads, 0, statistics);
}

void CheckVector(const Value& vector, const Value& expected) {
  REQUIRE(vector.AsTensor().shape == std::vector<int64_t>{static_cast<int64_t>(expected.AsList().size())});
  double worst = 0;
  for (size_t i = 0; i < expected.AsList().size(); ++i) {
    worst = std::max(worst, std::abs(vector.AsTensor().Number(i) - expected.AsList()[i].AsNumber()));
  }
  CHECK(worst < kTolerance);
}

TEST_CASE("every way of pooling gives the library's vectors, the same bits in any batch and on any team") {
  const Value oracle = ReadOracle("tests/oracle/tasks/embeddings.json");
  for (const Value& oracle_case : oracle.Field("cases")->AsList()) {
    CAPTURE(ToJson(*oracle_case.Field("files")));
    ModelCopy copy = ModelCopy::OfFolder(TinyModel(oracle_case.Field("model")->AsString()));
    WriteAll(copy, *oracle_case.Field("files"));
    auto model = Load(copy.path());
    REQUIRE(model.ok());
    CHECK((*model)->is_stand_in());
    std::vector<std::string> texts;
    for (const Value& text : oracle_case.Field("texts")->AsList()) {
      texts.push_back(text.AsString());
    }
    std::vector<Result<Value>> reference = Embed(**model, texts);
    for (size_t i = 0; i < texts.size(); ++i) {
      REQUIRE(reference[i].ok());
      CheckVector(*reference[i], oracle_case.Field("output")->AsList()[i]);
      CHECK(*Embed(**model, {texts[i]}, 2)[0] == *reference[i]);
    }
    std::vector<Result<Value>> other = Embed(**model, {texts[2], texts[0], texts[2], texts[1], "more", texts[0]}, 3);
    CHECK(*other[0] == *reference[2]);
    CHECK(*other[1] == *reference[0]);
    CHECK(*other[2] == *reference[2]);
    CHECK(*other[3] == *reference[1]);
    CHECK(*other[5] == *reference[0]);
  }
}

TEST_CASE("equal texts are computed once, and a broken one fails alone") {
  auto model = Load(TinyModel("sentence-transformers/all-MiniLM-L6-v2"));
  REQUIRE(model.ok());
  CallStatistics one;
  CallStatistics many;
  std::vector<Result<Value>> alone = Embed(**model, {"a text"}, 1, &one);
  std::vector<Result<Value>> several = Embed(**model, {"a text", "\xff", " A  text ", "a text"}, 1, &many);
  REQUIRE(several[0].ok());
  CHECK(several[1].error().kind == FailureKind::InputInvalid);
  CHECK(*several[2] == *several[0]);
  CHECK(*several[3] == *alone[0]);
  CHECK(many.prompt_tokens == one.prompt_tokens);
  CHECK(one.operations > 0);
  WithContext([&](CallContext& context) {
    CHECK((*model)->Call("classify", std::vector<ValueFields>(1), context)[0].error().kind == FailureKind::PlanInvalid);
  });
}

TEST_CASE("a folder that asks for more than there is") {
  Value files = Json(R"({"modules.json": [{"path": "", "type": "Transformer"}, {"path": "1_Pooling", "type": "Pooling"},
                                          {"path": "2_Dense", "type": "sentence_transformers.models.Dense"}],
                         "1_Pooling/config.json": {}})");
  ModelCopy dense = ModelCopy::OfFolder(TinyModel("google-bert/bert-base-uncased"));
  WriteAll(dense, files);
  CHECK(Load(dense.path()).error().kind == FailureKind::ModelUnsupported);
  CHECK(Load(TinyModel("openai-community/gpt2")).error().message ==
        "`model_type` is \"gpt2\", the runtime has text encoders of the types `bert`, `distilbert`, `roberta`");
}

TEST_CASE("pooling and normalising") {
  const std::vector<float> rows = {1, -2, 3, 4, 5, -6};
  std::vector<float> vector(2);
  PoolTokens(Pooling::FirstToken, rows, vector);
  CHECK(vector == std::vector<float>{1, -2});
  PoolTokens(Pooling::Max, rows, vector);
  CHECK(vector == std::vector<float>{5, 4});
  PoolTokens(Pooling::Mean, rows, vector);
  CHECK(vector == std::vector<float>{3, static_cast<float>(-4.0 / 3)});
  vector = {3, -4};
  ScaleToUnit(vector);
  CHECK(vector == std::vector<float>{0.6F, -0.8F});
  vector = {0, 0};
  ScaleToUnit(vector);
  CHECK(vector == std::vector<float>{0, 0});
}

}  // namespace
}  // namespace plait
