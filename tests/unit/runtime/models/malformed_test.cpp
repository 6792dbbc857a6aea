// Checkpoints that contradict their configuration or lack something: each fails with its kind and names what is wrong.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <optional>

#include "loaded.h"
#include "runtime/models/causal_lm.h"
#include "runtime/models/config_reader.h"
#include "runtime/models/sequence_classifier.h"

namespace plait {
namespace {

void CheckFails(const ModelCopy& copy, FailureKind kind, const std::string& message_part) {
  Result<Checkpoint> checkpoint = Checkpoint::Open(copy.path());
  std::optional<Error> error;
  if (!checkpoint.ok()) {
    error = checkpoint.error();
  } else {
    ThreadPool pool(1);
    pool.Run([&](ThreadTeam& team) {
      bool is_decoder = checkpoint->config().Field("n_embd") != nullptr;
      if (is_decoder) {
        Result<std::unique_ptr<CausalLm>> model = LoadCausalLm(*checkpoint, {}, team);
        error = model.ok() ? std::nullopt : std::optional(model.error());
      } else {
        Result<std::unique_ptr<SequenceClassifier>> model = LoadSequenceClassifier(*checkpoint, {}, team);
        error = model.ok() ? std::nullopt : std::optional(model.error());
      }
    });
  }
  REQUIRE(error.has_value());
  INFO(RenderError(*error, false));
  CHECK(error->kind == kind);
  CHECK(error->message.find(message_part) != std::string::npos);
  CHECK(error->place.starts_with(copy.path()));
}

TEST_CASE("files") {
  ModelCopy copy("gpt2");
  std::string weights = ReadText(copy.path() + "/model.safetensors");
  copy.Write("model.safetensors", weights.substr(0, weights.size() / 2));
  CheckFails(copy, FailureKind::WeightsInvalid, "is not within the file's");
  copy.Write("model.safetensors", weights.substr(0, 100));
  CheckFails(copy, FailureKind::WeightsInvalid, "truncated");
  std::string lying = weights;
  lying[2] = '\x7f';
  copy.Write("model.safetensors", lying);
  CheckFails(copy, FailureKind::WeightsInvalid, "the header claims");
  std::filesystem::remove(copy.path() + "/model.safetensors");
  CheckFails(copy, FailureKind::ModelFileMissing, "`model.safetensors` is missing");
  std::filesystem::remove(copy.path() + "/config.json");
  CheckFails(copy, FailureKind::ModelFileMissing, "`config.json` is missing");
}

TEST_CASE("tensors of GPT-2") {
  auto with = [](const std::function<void(FileTensors&)>& change, const std::string& message_part) {
    ModelCopy copy("gpt2");
    copy.ChangeWeights(change);
    CheckFails(copy, FailureKind::WeightsMismatch, message_part);
  };
  with([](FileTensors& tensors) { tensors.erase("transformer.h.1.mlp.c_fc.weight"); },
       "tensor `transformer.h.1.mlp.c_fc.weight` is missing");
  with([](FileTensors& tensors) { tensors.erase("transformer.wte.weight"); }, "tensor `transformer.wte.weight` is missing");
  with([](FileTensors& tensors) { tensors["transformer.h.0.attn.c_attn.weight"].shape = {90, 30}; },
       "tensor `transformer.h.0.attn.c_attn.weight` has shape [90, 30], expected [30, 90]");
  with([](FileTensors& tensors) { tensors["transformer.ln_f.bias"].shape = {1, 30}; }, "has shape [1, 30], expected [30]");
  with([](FileTensors& tensors) { tensors["transformer.wpe.weight"].dtype = "I32"; },
       "tensor `transformer.wpe.weight` has dtype I32, expected F32, F16 or BF16");
}

TEST_CASE("tensors of BERT") {
  ModelCopy copy("bert");
  copy.ChangeWeights([](FileTensors& tensors) { tensors["bert.encoder.layer.1.attention.self.key.bias"].shape = {4, 7}; });
  CheckFails(copy, FailureKind::WeightsMismatch, "`bert.encoder.layer.1.attention.self.key.bias` has shape [4, 7], expected [28]");
  ModelCopy labels("bert");
  labels.ChangeConfig("\"2\": \"LABEL_2\"", "\"2\": \"LABEL_2\", \"3\": \"LABEL_3\"");
  CheckFails(labels, FailureKind::WeightsMismatch, "`classifier.weight` has shape [3, 28], expected [4, 28]");
}

TEST_CASE("configurations of GPT-2") {
  auto with = [](const char* from, const char* to, FailureKind kind, const std::string& message_part) {
    ModelCopy copy("gpt2");
    copy.ChangeConfig(from, to);
    CheckFails(copy, kind, message_part);
  };
  with("\"n_layer\": 2", "\"n_layer\": 0", FailureKind::ModelConfigInvalid, "`n_layer` is 0, expected an integer from 1 to 10000");
  with("\"n_layer\": 2", "\"n_layer\": \"2\"", FailureKind::ModelConfigInvalid, "`n_layer` is \"2\"");
  with("\"vocab_size\": 71", "\"vocabulary\": 71", FailureKind::ModelConfigInvalid, "`vocab_size` is missing");
  with("\"n_head\": 3", "\"n_head\": 4", FailureKind::ModelConfigInvalid, "not a multiple");
  with("\"n_layer\": 2", "\"n_layer\": 3", FailureKind::WeightsMismatch, "`transformer.h.2.ln_1.weight` is missing");
  with("\"n_positions\": 80", "\"n_positions\": 81", FailureKind::WeightsMismatch, "has shape [80, 30], expected [81, 30]");
  with("\"layer_norm_epsilon\": 1e-05", "\"layer_norm_epsilon\": true", FailureKind::ModelConfigInvalid, "expected a number");
  with("\"tie_word_embeddings\": true", "\"tie_word_embeddings\": 1", FailureKind::ModelConfigInvalid, "expected true or false");
  with("gelu_new", "gelu_10", FailureKind::ModelUnsupported,
       "`activation_function` is \"gelu_10\", the runtime has gelu, gelu_new, quick_gelu");
  with("\"add_cross_attention\": false", "\"add_cross_attention\": true", FailureKind::ModelUnsupported, "`add_cross_attention` is true");
  with("\"model_type\": \"gpt2\"", "\"model_type\": \"gpt3\"", FailureKind::ModelUnsupported, "`model_type` is \"gpt3\"");
  with("\"model_type\": \"gpt2\"", "\"model_type\": \"bert\"", FailureKind::ModelUnsupported, "`model_type` is \"bert\"");
  with("\"model_type\": \"gpt2\"", "\"type\": \"gpt2\"", FailureKind::ModelConfigInvalid, "`model_type` is missing");
}

TEST_CASE("configurations of encoders") {
  auto with = [](const char* model, const char* from, const char* to, FailureKind kind, const std::string& message_part) {
    ModelCopy copy(model);
    copy.ChangeConfig(from, to);
    CheckFails(copy, kind, message_part);
  };
  with("bert", "\"num_attention_heads\": 4", "\"num_attention_heads\": 3", FailureKind::ModelConfigInvalid,
       "not a multiple of the 3 heads");
  with("bert", "\"is_decoder\": false", "\"is_decoder\": true", FailureKind::ModelUnsupported, "`is_decoder` is true");
  with("bert", "\"use_cache\": true", "\"position_embedding_type\": \"relative_key\"", FailureKind::ModelUnsupported, "relative_key");
  with("bert", "\"id2label\": {", "\"id2label\": {}, \"old\": {", FailureKind::ModelConfigInvalid, "at least one label");
  with("roberta", "\"pad_token_id\": 1", "\"pad_token_id\": 71", FailureKind::ModelConfigInvalid, "the first text position is 72");
  with("roberta", "\"pad_token_id\": 1", "\"pad_token_id\": -1", FailureKind::ModelConfigInvalid, "expected a token id");
  with("distilbert", "\"activation\": \"gelu\"", "\"activation\": \"mish\"", FailureKind::ModelUnsupported, "mish");
}

TEST_CASE("activations by the names that transformers has for them") {
  const std::pair<const char*, Activation> names[] = {{"gelu", Activation::GeluErf},
                                                      {"gelu_pytorch_tanh", Activation::GeluTanh},
                                                      {"gelu_accurate", Activation::GeluTanh},
                                                      {"quick_gelu", Activation::QuickGelu},
                                                      {"silu", Activation::Silu},
                                                      {"swish", Activation::Silu}};
  for (const auto& [name, activation] : names) {
    ModelCopy copy("gpt2");
    copy.ChangeConfig("gelu_new", name);
    const Checkpoint checkpoint = OpenOrFail(copy.path());
    CHECK(*ConfigReader(checkpoint).ActivationOf("activation_function", "") == activation);
  }
}

std::vector<float> LogitsOf(const ModelCopy& copy, const LoadOptions& options, ThreadTeam& team) {
  const std::vector<int32_t> tokens = {3, 5, 7};
  if (OpenOrFail(copy.path()).config().Field("n_embd") != nullptr) {
    const std::unique_ptr<CausalLm> model = LoadDecoder(copy.path(), options, team);
    std::unique_ptr<KeyValueCache> past = model->NewCache(1, model->max_positions());
    const CausalLm::Step step{0, tokens};
    const std::span<const float> logits = model->Forward({&step, 1}, WeightCopy::Main, *past, team);
    return {logits.begin(), logits.end()};
  }
  const std::vector<int32_t> types(tokens.size());
  const EncoderInput input{tokens, types};
  return *LoadClassifier(copy.path(), options, team)->Forward({&input, 1}, team, Cancellation());
}

TEST_CASE("a weight that is not a number shows in the logits, in every precision") {
  for (const auto& [model, tensor] : {std::pair<std::string, std::string>{"gpt2", "transformer.h.0.mlp.c_fc.weight"},
                                      {"gpt2", "transformer.wte.weight"},
                                      {"bert", "bert.encoder.layer.1.attention.self.value.weight"},
                                      {"bert", "classifier.weight"}}) {
    ModelCopy copy(model);
    copy.ChangeWeights([name = tensor](FileTensors& tensors) {
      constexpr float kNone = std::numeric_limits<float>::quiet_NaN();
      std::memcpy(tensors.at(name).bytes.data() + 40, &kNone, sizeof(kNone));
    });
    ThreadPool pool(1);
    pool.Run([&](ThreadTeam& team) {
      for (Precision precision : {Precision::Exact, Precision::Bf16, Precision::Int8}) {
        CAPTURE(tensor);
        CAPTURE(static_cast<int>(precision));
        LoadOptions options;
        options.precision = precision;
        const std::vector<float> logits = LogitsOf(copy, options, team);
        CHECK(!std::ranges::all_of(logits, [](float logit) { return std::isfinite(logit); }));
      }
    });
  }
}

}  // namespace
}  // namespace plait
