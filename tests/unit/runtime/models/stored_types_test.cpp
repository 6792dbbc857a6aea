// The type that a checkpoint stores its weights as loses nothing: a model computes the same from the same numbers in another type.
#include "stored_types.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "loaded.h"

namespace plait {
namespace {

using Floats = std::vector<float>;

Floats FloatsOf(const at::Tensor& tensor) { return {tensor.const_data_ptr<float>(), tensor.const_data_ptr<float>() + tensor.numel()}; }

/// All that the recorded model `name` gives for what it was recorded with, loaded from the folder.
std::vector<Floats> OutputsOf(const std::string& name, const std::string& folder, Precision precision) {
  std::vector<Floats> outputs;
  ThreadPool(2).Run([&](ThreadTeam& team) {
    LoadOptions options;
    options.precision = precision;
    if (name.starts_with("gpt2")) {
      options.keeps_draft = true;
      const std::unique_ptr<CausalLm> model = LoadDecoder(folder, options, team);
      const std::vector<int32_t> tokens = RecordedTokens(name);
      const CausalLm::Step step{0, tokens, static_cast<int64_t>(tokens.size())};
      for (WeightCopy copy : {WeightCopy::Main, WeightCopy::Draft}) {
        const std::unique_ptr<KeyValueCache> past = model->NewCache(1, model->max_positions());
        const std::span<const float> logits = model->Forward({&step, 1}, copy, *past, team);
        outputs.emplace_back(logits.begin(), logits.end());
      }
      return;
    }
    const std::vector<Text> texts = RecordedTexts(name);
    const std::vector<EncoderInput> inputs = InputsOf(texts);
    outputs.push_back(ValueOrFail(LoadClassifier(folder, options, team)->Forward(inputs, team, Cancellation())));
    outputs.push_back(FloatsOf(ValueOrFail(LoadEncoder(folder, options, team)->AllTokens(inputs, team, Cancellation()))));
  });
  return outputs;
}

constexpr const char* kModels[] = {"gpt2", "gpt2_untied", "bert", "distilbert", "roberta"};

/// The type of the checkpoint's weights.
std::string TypeOf(const std::string& folder) {
  const Checkpoint checkpoint = OpenOrFail(folder);
  return std::string(checkpoint.Tensor(checkpoint.TensorNames().front())->dtype);
}

TEST_CASE("a bf16 or fp16 checkpoint gives what the same numbers in fp32 give") {
  int bf16 = 0;
  for (const char* name : kModels) {
    INFO(name);
    ModelCopy wide(name);
    const std::string type = TypeOf(wide.path());
    if (type == "F32") {
      continue;
    }
    wide.ChangeWeights(StoreAsF32);
    REQUIRE(TypeOf(wide.path()) == "F32");
    CHECK(OutputsOf(name, wide.path(), Precision::Exact) == OutputsOf(name, OraclePath(name), Precision::Exact));
    if (type == "BF16") {
      ++bf16;
      // Rounding to bf16 what was bf16 before changes nothing.
      CHECK(OutputsOf(name, wide.path(), Precision::Bf16) == OutputsOf(name, OraclePath(name), Precision::Exact));
      CHECK(OutputsOf(name, OraclePath(name), Precision::Bf16) == OutputsOf(name, OraclePath(name), Precision::Exact));
    }
  }
  CHECK(bf16 == 2);
}

TEST_CASE("an fp32 checkpoint whose numbers are bf16's gives what a bf16 one gives") {
  for (const char* name : kModels) {
    INFO(name);
    ModelCopy narrow(name);
    narrow.ChangeWeights(StoreAsBf16);
    REQUIRE(TypeOf(narrow.path()) == "BF16");
    ModelCopy wide(name);
    wide.ChangeWeights(StoreAsBf16).ChangeWeights(StoreAsF32);
    REQUIRE(TypeOf(wide.path()) == "F32");
    const std::vector<Floats> expected = OutputsOf(name, narrow.path(), Precision::Exact);
    CHECK(OutputsOf(name, wide.path(), Precision::Exact) == expected);
    CHECK(OutputsOf(name, wide.path(), Precision::Bf16) == expected);
    CHECK(OutputsOf(name, narrow.path(), Precision::Bf16) == expected);
    const bool was_bf16 = TypeOf(OraclePath(name)) == "BF16";
    CHECK((OutputsOf(name, OraclePath(name), Precision::Exact) == expected) == was_bf16);
  }
}

}  // namespace
}  // namespace plait
