// BERT, DistilBERT and RoBERTa against transformers' recorded logits, in ragged batches and with random heads.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

#include "loaded.h"

namespace plait {
namespace {

std::vector<float> RunBatch(const SequenceClassifier& model, const std::vector<Text>& texts, ThreadTeam& team) {
  Result<std::vector<float>> logits = model.Forward(InputsOf(texts), team, Cancellation());
  REQUIRE(logits.ok());
  return *logits;
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

constexpr double kTolerance = 2e-5;

TEST_CASE("logits as transformers computes them") {
  for (int threads : {1, 2}) {
    ThreadPool pool(threads);
    pool.Run([](ThreadTeam& team) {
      for (const char* name : kEncoders) {
        INFO(name);
        Value expected = Recorded(name);
        std::unique_ptr<SequenceClassifier> model = LoadClassifier(OraclePath(name), {}, team);
        CHECK(Difference(RunBatch(*model, RecordedTexts(name), team), RecordedLogits(expected)) < kTolerance);
        CHECK(RunBatch(*model, {}, team).empty());
      }
    });
  }
}

TEST_CASE("what a model says of itself") {
  ThreadPool pool(1);
  pool.Run([](ThreadTeam& team) {
    std::unique_ptr<SequenceClassifier> bert = LoadClassifier(OraclePath("bert"), {}, team);
    CHECK(bert->num_labels() == 3);
    CHECK(bert->vocab_size() == 71);
    CHECK(bert->max_positions() == 70);
    // Positions of RoBERTa begin after the padding id, 1.
    CHECK(LoadClassifier(OraclePath("roberta"), {}, team)->max_positions() == 70);
    CHECK(LoadClassifier(OraclePath("distilbert"), {}, team)->num_labels() == 2);
  });
}

TEST_CASE("a cancelled request stops") {
  ThreadPool pool(1);
  pool.Run([](ThreadTeam& team) {
    std::unique_ptr<SequenceClassifier> model = LoadClassifier(OraclePath("bert"), {}, team);
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
    for (const char* name : kEncoders) {
      Value expected = Recorded(name);
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
        std::unique_ptr<SequenceClassifier> model = LoadClassifier(copy.path(), options, team);
        std::vector<const Value*> rows;
        for (const Value& row : head.Field("logits")->AsList()) {
          rows.push_back(&row);
        }
        CHECK(Difference(RunBatch(*model, RecordedTexts(name), team), rows) < kTolerance);
      }
    }
  });
}

TEST_CASE("a seed changes nothing where the head is there") {
  ThreadPool pool(1);
  pool.Run([](ThreadTeam& team) {
    LoadOptions options;
    options.random_head_seed = 7;
    Value expected = Recorded("bert");
    std::unique_ptr<SequenceClassifier> model = LoadClassifier(OraclePath("bert"), options, team);
    CHECK(Difference(RunBatch(*model, RecordedTexts("bert"), team), RecordedLogits(expected)) < kTolerance);
  });
}

TEST_CASE("old checkpoints: gamma and beta, no prefix, no labels in the configuration") {
  ThreadPool pool(1);
  pool.Run([](ThreadTeam& team) {
    Value expected = Recorded("bert");
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
    std::unique_ptr<SequenceClassifier> model = LoadClassifier(copy.path(), {}, team);
    CHECK(Difference(RunBatch(*model, RecordedTexts("bert"), team), RecordedLogits(expected)) < kTolerance);
  });
}

}  // namespace
}  // namespace plait
