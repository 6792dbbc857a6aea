// BERT, DistilBERT and RoBERTa against transformers' recorded logits, alone, in ragged batches, and with random heads.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "fixture.h"
#include "runtime/models/sequence_classifier.h"

namespace plait {
namespace {

struct Text {
  std::vector<int32_t> input_ids;
  std::vector<int32_t> token_type_ids;

  [[nodiscard]] EncoderInput input() const { return {input_ids, token_type_ids}; }
};

std::vector<int32_t> Ints(const Value& list) {
  std::vector<int32_t> ints;
  for (const Value& item : list.AsList()) {
    ints.push_back(static_cast<int32_t>(item.AsInt()));
  }
  return ints;
}

std::vector<Text> Texts(const Value& expected) {
  std::vector<Text> texts;
  for (const Value& row : expected.Field("batch")->AsList()) {
    texts.push_back({Ints(*row.Field("input_ids")), Ints(*row.Field("token_type_ids"))});
  }
  return texts;
}

std::vector<float> RunBatch(const SequenceClassifier& model, const std::vector<Text>& texts, ThreadTeam& team) {
  std::vector<EncoderInput> batch;
  for (const Text& text : texts) {
    batch.push_back(text.input());
  }
  Cancellation cancellation;
  Result<std::vector<float>> logits = model.Forward(batch, team, cancellation);
  REQUIRE(logits.ok());
  return *logits;
}

std::unique_ptr<SequenceClassifier> LoadOrFail(const std::string& folder, const LoadOptions& options, ThreadTeam& team) {
  Checkpoint checkpoint = OpenOrFail(folder);
  Result<std::unique_ptr<SequenceClassifier>> model = LoadSequenceClassifier(checkpoint, options, team);
  if (!model.ok()) {
    FAIL(RenderError(model.error(), false));
  }
  return *std::move(model);
}

/// The largest difference to recorded rows, one list a text.
double Difference(const std::vector<float>& logits, const std::vector<const Value*>& rows) {
  double worst = 0;
  size_t place = 0;
  for (const Value* row : rows) {
    for (const Value& value : row->AsList()) {
      worst = std::max(worst, std::abs(logits[place++] - value.AsNumber()));
    }
  }
  CHECK(place == logits.size());
  return worst;
}

std::vector<const Value*> RecordedLogits(const Value& expected) {
  std::vector<const Value*> rows;
  for (const Value& row : expected.Field("batch")->AsList()) {
    rows.push_back(row.Field("logits"));
  }
  return rows;
}

constexpr const char* kModels[] = {"bert", "distilbert", "roberta"};
constexpr double kTolerance = 2e-5;

TEST_CASE("logits as transformers computes them, and the same bits in every batch and on every team") {
  for (const char* name : kModels) {
    INFO(name);
    Value expected = ReadJson(OraclePath(name) + "/expected.json");
    std::vector<Text> texts = Texts(expected);
    std::optional<std::vector<float>> reference;
    for (int threads : {1, 2, 3}) {
      ThreadPool pool(threads);
      pool.Run([&](ThreadTeam& team) {
        std::unique_ptr<SequenceClassifier> model = LoadOrFail(OraclePath(name), {}, team);
        std::vector<float> logits = RunBatch(*model, texts, team);
        CHECK(Difference(logits, RecordedLogits(expected)) < kTolerance);
        reference = reference.value_or(logits);
        CHECK(logits == *reference);
        std::vector<float> one_by_one;
        for (const Text& text : texts) {
          std::vector<float> row = RunBatch(*model, {text}, team);
          one_by_one.insert(one_by_one.end(), row.begin(), row.end());
        }
        CHECK(one_by_one == *reference);
        CHECK(RunBatch(*model, {}, team).empty());
      });
    }
  }
}

TEST_CASE("what a model says of itself") {
  ThreadPool pool(1);
  pool.Run([](ThreadTeam& team) {
    std::unique_ptr<SequenceClassifier> bert = LoadOrFail(OraclePath("bert"), {}, team);
    CHECK(bert->num_labels() == 3);
    CHECK(bert->vocab_size() == 71);
    CHECK(bert->max_positions() == 70);
    // Positions of RoBERTa begin after the padding id, 1.
    CHECK(LoadOrFail(OraclePath("roberta"), {}, team)->max_positions() == 70);
    CHECK(LoadOrFail(OraclePath("distilbert"), {}, team)->num_labels() == 2);
  });
}

TEST_CASE("a cancelled request stops") {
  ThreadPool pool(1);
  pool.Run([](ThreadTeam& team) {
    std::unique_ptr<SequenceClassifier> model = LoadOrFail(OraclePath("bert"), {}, team);
    Text text{{1, 2, 3}, {0, 0, 0}};
    EncoderInput input = text.input();
    Cancellation cancellation;
    cancellation.Cancel();
    CHECK(model->Forward({&input, 1}, team, cancellation).error().kind == FailureKind::Cancelled);
    Cancellation late(std::chrono::steady_clock::now() - std::chrono::seconds(1));
    CHECK(model->Forward({&input, 1}, team, late).error().kind == FailureKind::DeadlineExceeded);
  });
}

TEST_CASE("a head that the checkpoint lacks is drawn from the seed, or asked for") {
  ThreadPool pool(2);
  pool.Run([](ThreadTeam& team) {
    for (const char* name : kModels) {
      Value expected = ReadJson(OraclePath(name) + "/expected.json");
      for (const Value& head : expected.Field("random_heads")->AsList()) {
        std::string dropped;
        ModelCopy copy(name);
        copy.ChangeWeights([&](FileTensors& tensors) {
          for (const Value& layer : head.Field("dropped")->AsList()) {
            dropped = layer.AsString();
            tensors.erase(dropped + ".weight");
          }
        });
        LoadOptions options;
        Checkpoint checkpoint = OpenOrFail(copy.path());
        Result<std::unique_ptr<SequenceClassifier>> refused = LoadSequenceClassifier(checkpoint, options, team);
        REQUIRE(!refused.ok());
        CHECK(refused.error().kind == FailureKind::UntrainedHead);
        CHECK(refused.error().message.find("`" + dropped + ".weight`") != std::string::npos);
        CHECK(RenderError(refused.error(), false).find("head: random(seed: 0)") != std::string::npos);
        options.random_head_seed = static_cast<uint64_t>(head.Field("seed")->AsInt());
        std::unique_ptr<SequenceClassifier> model = LoadOrFail(copy.path(), options, team);
        std::vector<const Value*> rows;
        for (const Value& row : head.Field("logits")->AsList()) {
          rows.push_back(&row);
        }
        CHECK(Difference(RunBatch(*model, Texts(expected), team), rows) < kTolerance);
      }
    }
  });
}

TEST_CASE("a seed changes nothing where the head is there") {
  ThreadPool pool(1);
  pool.Run([](ThreadTeam& team) {
    LoadOptions options;
    options.random_head_seed = 7;
    Value expected = ReadJson(OraclePath("bert") + "/expected.json");
    std::unique_ptr<SequenceClassifier> model = LoadOrFail(OraclePath("bert"), options, team);
    CHECK(Difference(RunBatch(*model, Texts(expected), team), RecordedLogits(expected)) < kTolerance);
  });
}

TEST_CASE("old checkpoints: gamma and beta, no prefix, no labels in the configuration") {
  ThreadPool pool(1);
  pool.Run([](ThreadTeam& team) {
    Value expected = ReadJson(OraclePath("bert") + "/expected.json");
    ModelCopy copy("bert");
    copy.ChangeWeights([](FileTensors& tensors) {
      FileTensors renamed;
      for (auto& [name, tensor] : tensors) {
        std::string old_name = name.starts_with("bert.") ? name.substr(5) : name;
        if (size_t place = old_name.find("LayerNorm."); place != std::string::npos) {
          old_name = old_name.substr(0, place) + (old_name.ends_with("weight") ? "LayerNorm.gamma" : "LayerNorm.beta");
        }
        renamed[old_name] = tensor;
      }
      tensors = renamed;
    });
    copy.ChangeConfig("\"id2label\"", "\"num_labels\": 3, \"old_labels\"");
    std::unique_ptr<SequenceClassifier> model = LoadOrFail(copy.path(), {}, team);
    CHECK(Difference(RunBatch(*model, Texts(expected), team), RecordedLogits(expected)) < kTolerance);
  });
}

}  // namespace
}  // namespace plait
