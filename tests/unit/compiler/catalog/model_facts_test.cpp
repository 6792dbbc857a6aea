// What config.json and the headers tell, for each architecture.
#include "compiler/catalog/model_facts.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include "compiler/catalog/text_facts.h"

using namespace plait;

namespace {

/// A safetensors file with one-float tensors of these names.
std::string Weights(const std::vector<std::string>& names, const std::string& metadata = "") {
  std::string header = "{";
  for (size_t i = 0; i < names.size(); ++i) {
    header += fmt::format(R"({}"{}":{{"dtype":"F32","shape":[1],"data_offsets":[{},{}]}})", i == 0 ? "" : ",", names[i], 4 * i, 4 * i + 4);
  }
  header += metadata + "}";
  std::string text(8, '\0');
  for (size_t i = 0; i < 8; ++i) {
    text[i] = static_cast<char>(header.size() >> (8 * i) & 0xffU);
  }
  return text + header + std::string(4 * names.size(), '\0');
}

Result<ModelFacts> Read(const std::string& config, const std::string& weights) {
  InMemoryFileSystem files;
  files.Add("m/config.json", config);
  files.Add("m/model.safetensors", weights);
  return ReadModelFacts(files, "m");
}

constexpr const char* kGpt2 =
    R"({"model_type": "gpt2", "n_embd": 768, "n_layer": 12, "n_head": 12, "n_positions": 1024, "vocab_size": 50257})";
constexpr const char* kBert = R"({"model_type": "bert", "hidden_size": 768, "intermediate_size": 3072, "num_hidden_layers": 12,
  "num_attention_heads": 12, "max_position_embeddings": 512, "vocab_size": 30522})";
constexpr const char* kDistilBert = R"({"model_type": "distilbert", "dim": 768, "hidden_dim": 3072, "n_layers": 6, "n_heads": 12,
  "max_position_embeddings": 512, "vocab_size": 30522, "id2label": {"0": "NEGATIVE", "1": "POSITIVE"}})";
constexpr const char* kRoberta = R"({"model_type": "roberta", "hidden_size": 1024, "intermediate_size": 4096, "num_hidden_layers": 24,
  "num_attention_heads": 16, "max_position_embeddings": 514, "pad_token_id": 1, "vocab_size": 50265,
  "id2label": {"0": "CONTRADICTION", "1": "NEUTRAL", "2": "ENTAILMENT"}})";

}  // namespace

TEST_CASE("gpt2's sizes have names of their own") {
  Result<ModelFacts> facts = Read(kGpt2, Weights({"wte.weight", "wpe.weight"}));
  REQUIRE(facts.ok());
  CHECK(facts->model_type == "gpt2");
  CHECK(facts->hidden_size == 768);
  CHECK(facts->intermediate_size == 3072);
  CHECK(facts->num_hidden_layers == 12);
  CHECK(facts->num_attention_heads == 12);
  CHECK(facts->max_positions == 1024);
  CHECK(facts->vocab_size == 50257);
  CHECK(facts->weight_bytes == 8);
  CHECK_FALSE(facts->has_classification_head);
  CHECK_FALSE(facts->is_stand_in);
}

TEST_CASE("a head is told by its tensors") {
  Result<ModelFacts> bare = Read(kBert, Weights({"bert.pooler.dense.weight", "cls.predictions.bias"}));
  REQUIRE(bare.ok());
  CHECK_FALSE(bare->has_classification_head);
  CHECK(bare->missing_head_tensors == std::vector<std::string>{"classifier.weight"});
  CHECK(Read(kBert, Weights({"bert.pooler.dense.weight", "classifier.weight"}))->has_classification_head);
  CHECK_FALSE(Read(kBert, Weights({"bert.embeddings.word_embeddings.weight", "classifier.weight"}))->has_classification_head);
  CHECK(Read(kDistilBert, Weights({"distilbert.x", "pre_classifier.weight", "classifier.weight"}))->has_classification_head);
  CHECK(Read(kDistilBert, Weights({"distilbert.x"}))->missing_head_tensors ==
        std::vector<std::string>{"pre_classifier.weight", "classifier.weight"});
  CHECK(Read(kRoberta, Weights({"classifier.dense.weight", "classifier.out_proj.weight"}))->has_classification_head);
}

TEST_CASE("labels and positions") {
  Result<ModelFacts> roberta = Read(kRoberta, Weights({"a"}));
  REQUIRE(roberta.ok());
  CHECK(roberta->max_positions == 512);
  CHECK(roberta->labels == std::vector<std::string>{"CONTRADICTION", "NEUTRAL", "ENTAILMENT"});
  CHECK(Read(kDistilBert, Weights({"a"}))->num_labels == 2);
  CHECK(Read(kBert, Weights({"a"}))->labels == std::vector<std::string>{"LABEL_0", "LABEL_1"});
}

TEST_CASE("stand-ins say so") { CHECK(Read(kGpt2, Weights({"a"}, R"(,"__metadata__":{"plait.stand_in":"seeded"})"))->is_stand_in); }

TEST_CASE("shards count together, and the digest covers config and headers") {
  InMemoryFileSystem files;
  files.Add("m/config.json", kBert);
  files.Add("m/model.safetensors.index.json",
            R"({"weight_map": {"bert.pooler.dense.weight": "a.safetensors", "classifier.weight": "b.safetensors"}})");
  files.Add("m/a.safetensors", Weights({"bert.pooler.dense.weight"}));
  files.Add("m/b.safetensors", Weights({"classifier.weight", "classifier.bias"}));
  Result<ModelFacts> facts = ReadModelFacts(files, "m");
  REQUIRE(facts.ok());
  CHECK(facts->weight_bytes == 12);
  CHECK(facts->has_classification_head);
  CHECK(facts->digest.starts_with("sha256:"));
  CHECK(facts->digest.size() == 71);
  std::string digest = facts->digest;
  files.Add("m/b.safetensors", Weights({"classifier.weight"}));
  CHECK(ReadModelFacts(files, "m")->digest != digest);
}

TEST_CASE("what makes an embedder of a folder is in the digest, and what is wrong with it stops no other task") {
  InMemoryFileSystem files;
  files.Add("m/config.json", kBert);
  files.Add("m/model.safetensors", Weights({"embeddings.word_embeddings.weight"}));
  std::string digest = ReadModelFacts(files, "m")->digest;
  files.Add("m/modules.json", R"([{"path": "", "type": "Transformer"}, {"path": "1_Pooling", "type": "Pooling"}])");
  CHECK(ReadModelFacts(files, "m")->embedder_fault->kind == FailureKind::ModelFileMissing);
  files.Add("m/1_Pooling/config.json", R"({"pooling_mode": "mean"})");
  Result<ModelFacts> mean = ReadModelFacts(files, "m");
  REQUIRE(mean.ok());
  CHECK(!mean->embedder_fault);
  CHECK(mean->hidden_size_key == "hidden_size");
  CHECK(mean->digest != digest);
  files.Add("m/1_Pooling/config.json", R"({"pooling_mode": "cls"})");
  CHECK(ReadModelFacts(files, "m")->digest != mean->digest);
}

TEST_CASE("an unknown architecture has facts without sizes") {
  Result<ModelFacts> facts = Read(R"({"model_type": "mamba"})", Weights({"a", "b"}));
  REQUIRE(facts.ok());
  CHECK(facts->hidden_size == 0);
  CHECK(facts->weight_bytes == 8);
}

TEST_CASE("what is missing or broken is named") {
  InMemoryFileSystem files;
  CHECK(ReadModelFacts(files, "m").error().message == "`config.json` is missing");
  files.Add("m/config.json", kGpt2);
  CHECK(ReadModelFacts(files, "m").error() == Error{FailureKind::ModelFileMissing, "`model.safetensors` is missing", "m", {}});
  files.Add("m/pytorch_model.bin", "x");
  CHECK(ReadModelFacts(files, "m").error().message == "`pytorch_model.bin` is here, `model.safetensors` is missing");
  files.Add("m/model.safetensors", "short");
  CHECK(ReadModelFacts(files, "m").error().kind == FailureKind::WeightsInvalid);
  files.Add("m/config.json", R"({"model_type": "gpt2", "n_embd": "many"})");
  CHECK(ReadModelFacts(files, "m").error().message == "`n_embd` is \"many\", expected a size");
  files.Add("m/config.json", R"({"n_embd": 3})");
  CHECK(ReadModelFacts(files, "m").error().kind == FailureKind::ModelConfigInvalid);
  files.Add("s/config.json", kBert);
  files.Add("s/model.safetensors.index.json", R"({"weight_map": {"a": "../../etc/passwd"}})");
  CHECK(ReadModelFacts(files, "s").error().kind == FailureKind::WeightsInvalid);
}

namespace {

/// The facts of a GPT-2 with one more file in its folder.
Result<ModelFacts> ReadWith(const std::string& name, std::string text) {
  InMemoryFileSystem files;
  files.Add("m/config.json", kGpt2);
  files.Add("m/model.safetensors", Weights({"wte.weight"}));
  files.Add("m/" + name, std::move(text));
  return ReadModelFacts(files, "m");
}

}  // namespace

TEST_CASE("what the files beside config.json tell") {
  CHECK(ReadWith("tokenizer_config.json", R"({"model_max_length": 512})")->model_max_length == 512);
  CHECK_FALSE(ReadWith("tokenizer_config.json", R"({"model_max_length": 1e30})")->model_max_length);
  Result<ModelFacts> unlimited = ReadWith("tokenizer_config.json", R"({"model_max_length": 1000000000000000019884624838656})");
  REQUIRE(unlimited.ok());
  CHECK_FALSE(unlimited->model_max_length);
  CHECK(ReadWith("tokenizer_config.json", "{}")->chat_template_file.empty());
  CHECK(ReadWith("tokenizer_config.json", R"({"chat_template": "{{ x }}"})")->chat_template_file == "tokenizer_config.json");
  CHECK(ReadWith("tokenizer_config.json", R"({"chat_template": [{"name": "default", "template": "a"}]})")->chat_template_file ==
        "tokenizer_config.json");
  CHECK(ReadWith("chat_template.jinja", "{{ x }}")->chat_template_file == "chat_template.jinja");
  Result<ModelFacts> generation = ReadWith("generation_config.json", R"({"max_length": 50, "max_new_tokens": null})");
  REQUIRE(generation.ok());
  CHECK(generation->default_max_length == 50);
  CHECK_FALSE(generation->default_max_new_tokens);
}

TEST_CASE("tokenizers are told apart by the bytes of their files") {
  InMemoryFileSystem files;
  files.Add("a/tokenizer.json", "{}");
  files.Add("b/tokenizer.json", "{}");
  files.Add("c/tokenizer.json", "{} ");
  CHECK(TokenizerDigest(files, "a").starts_with("xxh3:"));
  CHECK(TokenizerDigest(files, "a") == TokenizerDigest(files, "b"));
  CHECK(TokenizerDigest(files, "a") != TokenizerDigest(files, "c"));
  CHECK(TokenizerDigest(files, "d").empty());
}

TEST_CASE("a file beside config.json that is broken says which") {
  auto refused = [](const std::string& name, const std::string& text) {
    Error error = ReadWith(name, text).error();
    CHECK(error.place.starts_with("m/" + name));
    return error.message;
  };
  CHECK(refused("tokenizer_config.json", "[]") == "the file holds a list, expected an object");
  CHECK(refused("tokenizer_config.json", R"({"model_max_length": 0})") == "`model_max_length` is 0, expected a number of tokens");
  CHECK(refused("tokenizer_config.json", R"({"chat_template": 1})") ==
        "`chat_template` is an integer, expected a text or a list of named texts");
  CHECK(refused("chat_template.jinja", " \n") == "the file is empty, expected a chat template");
  CHECK(refused("generation_config.json", R"({"max_length": "a"})") == "`max_length` is \"a\", expected a size");
  CHECK(refused("generation_config.json", std::string((size_t{64} << 20U) + 1, ' ')) ==
        "the file has 67108865 bytes, expected at most 67108864");
}

TEST_CASE("the label that says that a text supports another") {
  CHECK(Read(kRoberta, Weights({"a"}))->entailment_label == "ENTAILMENT");
  CHECK_FALSE(Read(kDistilBert, Weights({"a"}))->entailment_label);
  std::string config(kBert);
  config.pop_back();
  CHECK(Read(config + R"(, "label2id": {"no": 0, "entails": 1}})", Weights({"a"}))->entailment_label == "entails");
}
