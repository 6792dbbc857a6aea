// GPT-2 against transformers' recorded logits, and against itself over copies of sequences and the forms that checkpoints have.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <cmath>

#include "loaded.h"

namespace plait {
namespace {

using Logits = std::vector<float>;

Logits RunOnce(const CausalLm& model, std::span<const int32_t> tokens, ThreadTeam& team) {
  std::unique_ptr<KeyValueCache> cache = model.NewCache(1, model.max_positions());
  CausalLm::Step step{0, tokens};
  std::span<const float> logits = model.Forward({&step, 1}, WeightCopy::Main, *cache, team);
  return {logits.begin(), logits.end()};
}

void CheckRecorded(const std::string& model_name, ThreadTeam& team) {
  std::unique_ptr<CausalLm> model = LoadDecoder(OraclePath(model_name), {}, team);
  Value expected = Recorded(model_name);
  std::vector<int32_t> tokens = Ints(*expected.Field("tokens"));
  double worst = 0;
  for (const Value& entry : expected.Field("logits")->AsList()) {
    auto length = static_cast<size_t>(entry.Field("length")->AsInt());
    Logits logits = RunOnce(*model, std::span(tokens).first(length), team);
    const ValueList& values = entry.Field("values")->AsList();
    REQUIRE(logits.size() == values.size());
    for (size_t i = 0; i < values.size(); ++i) {
      worst = std::max(worst, std::abs(logits[i] - values[i].AsNumber()));
    }
  }
  INFO(model_name << " differs by " << worst);
  CHECK(worst < 2e-5);
}

TEST_CASE("logits as transformers computes them") {
  for (int threads : {1, 2}) {
    ThreadPool pool(threads);
    pool.Run([](ThreadTeam& team) {
      for (const char* name : kDecoders) {
        CheckRecorded(name, team);
      }
    });
  }
}

TEST_CASE("greedy tokens as transformers picks them, one at a time") {
  ThreadPool pool(2);
  pool.Run([](ThreadTeam& team) {
    for (const char* name : kDecoders) {
      std::unique_ptr<CausalLm> model = LoadDecoder(OraclePath(name), {}, team);
      Value greedy = *Recorded(name).Field("greedy");
      std::vector<int32_t> tokens = Ints(*greedy.Field("prompt"));
      std::vector<int32_t> continuation;
      std::unique_ptr<KeyValueCache> cache = model->NewCache(1, model->max_positions());
      while (continuation.size() < greedy.Field("continuation")->AsList().size()) {
        CausalLm::Step step{0, tokens};
        std::span<const float> logits = model->Forward({&step, 1}, WeightCopy::Main, *cache, team);
        tokens = {static_cast<int32_t>(std::max_element(logits.begin(), logits.end()) - logits.begin())};
        continuation.push_back(tokens.front());
      }
      CHECK(continuation == Ints(*greedy.Field("continuation")));
    }
  });
}

TEST_CASE("a sequence can be copied and shortened") {
  ThreadPool pool(1);
  pool.Run([](ThreadTeam& team) {
    std::unique_ptr<CausalLm> model = LoadDecoder(OraclePath("gpt2"), {}, team);
    std::vector<int32_t> tokens = RecordedTokens("gpt2");
    std::span<const int32_t> all(tokens);
    Logits whole = RunOnce(*model, all.first(70), team);
    std::unique_ptr<KeyValueCache> cache = model->NewCache(2, 80);
    CausalLm::Step first{0, all.first(75)};
    model->Forward({&first, 1}, WeightCopy::Main, *cache, team);
    cache->CopySequence(0, 1, 66);
    cache->CopySequence(0, 0, 10);
    CHECK(cache->Length(0) == 10);
    CHECK(cache->Length(1) == 66);
    const CausalLm::Step rest[] = {{1, all.subspan(66, 4)}, {0, all.subspan(10, 60)}};
    std::span<const float> logits = model->Forward(rest, WeightCopy::Main, *cache, team);
    auto vocab = static_cast<size_t>(model->vocab_size());
    CHECK(Logits(logits.begin(), logits.begin() + static_cast<std::ptrdiff_t>(vocab)) == whole);
    CHECK(Logits(logits.begin() + static_cast<std::ptrdiff_t>(vocab), logits.end()) == whole);
  });
}

TEST_CASE("checkpoints of the bare model, with old buffers, and with the head beside or instead of the embeddings") {
  ThreadPool pool(2);
  pool.Run([](ThreadTeam& team) {
    std::vector<int32_t> tokens = RecordedTokens("gpt2");
    Logits expected = RunOnce(*LoadDecoder(OraclePath("gpt2"), {}, team), tokens, team);
    auto logits_after = [&](const std::function<void(FileTensors&)>& change) {
      ModelCopy copy("gpt2");
      copy.ChangeWeights(change);
      return RunOnce(*LoadDecoder(copy.path(), {}, team), tokens, team);
    };
    CHECK(logits_after([](FileTensors& tensors) {
            FileTensors bare;
            for (auto& [name, tensor] : tensors) {
              bare[name.substr(std::string("transformer.").size())] = tensor;
            }
            bare["h.0.attn.bias"] = {"U8", {1, 1, 2, 2}, "abcd"};
            tensors = bare;
          }) == expected);
    CHECK(logits_after([](FileTensors& tensors) { tensors["lm_head.weight"] = tensors["transformer.wte.weight"]; }) == expected);
    CHECK(logits_after([](FileTensors& tensors) {
            tensors["lm_head.weight"] = tensors["transformer.wte.weight"];
            tensors.erase("transformer.wte.weight");
          }) == expected);
    CHECK(logits_after([](FileTensors& tensors) {
            tensors["lm_head.weight"] = tensors["transformer.wte.weight"];
            tensors["lm_head.weight"].bytes[3] ^= 1;
          }) != expected);
  });
}

TEST_CASE("progress counts every byte that the model reads, and those of the copy for drafts") {
  ThreadPool pool(2);
  pool.Run([](ThreadTeam& team) {
    Checkpoint checkpoint = OpenOrFail(OraclePath("gpt2"));
    std::atomic<uint64_t> most = 0;
    LoadOptions options;
    options.progress = [&](uint64_t bytes) {
      uint64_t seen = most;
      while (seen < bytes && !most.compare_exchange_weak(seen, bytes)) {
      }
    };
    options.keeps_draft = true;
    Result<std::unique_ptr<CausalLm>> model = LoadCausalLm(checkpoint, options, team);
    REQUIRE(model.ok());
    auto total = static_cast<uint64_t>((*model)->bytes_per_pass(WeightCopy::Draft));
    for (const std::string& name : checkpoint.TensorNames()) {
      total += checkpoint.Tensor(name)->bytes.size();
    }
    CHECK(most == total);
  });
}

}  // namespace
}  // namespace plait
