// What sentence-transformers writes beside a model: read as the library reads it, refused by name where the runtime does less.
#include "compiler/formats/sentence_files.h"

#include <doctest/doctest.h>
#include <fmt/format.h>

#include <utility>
#include <vector>

namespace plait {
namespace {

constexpr std::string_view kModules =
    R"([{"path": "", "type": "sentence_transformers.models.Transformer"}, {"path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}])";
constexpr std::string_view kNormalized = R"([{"path": "", "type": "sentence_transformers.models.Transformer"},
  {"path": "1_Pooling", "type": "a.b.Pooling"}, {"path": "2_Normalize", "type": "sentence_transformers.models.Normalize"}])";

using Files = std::vector<std::pair<std::string, std::string_view>>;

Result<SentenceFiles> Read(const Files& files) {
  InMemoryFileSystem memory;
  for (const auto& [path, text] : files) {
    memory.Add("m/" + path, std::string(text));
  }
  return ReadSentenceFiles(memory, "m");
}

Pooling PoolingOf(std::string_view config) {
  Result<SentenceFiles> found = Read({{"modules.json", kModules}, {"1_Pooling/config.json", config}});
  REQUIRE(found.ok());
  return found->pooling;
}

/// The kind, the place and the message.
std::string Fault(const Files& files) {
  Result<SentenceFiles> found = Read(files);
  REQUIRE(!found.ok());
  return fmt::format("{} {}: {}", FailureCode(found.error().kind), found.error().place, found.error().message);
}

TEST_CASE("a folder without modules.json is the mean of its tokens") {
  Result<SentenceFiles> found = Read({{"sentence_bert_config.json", R"({"max_seq_length": 8})"}});
  REQUIRE(found.ok());
  CHECK(found->pooling == Pooling::Mean);
  CHECK(!found->normalizes);
  CHECK(!found->max_tokens);
  CHECK(found->text.empty());
}

TEST_CASE("all that the files tell") {
  Result<SentenceFiles> found = Read({{"modules.json", kNormalized},
                                      {"1_Pooling/config.json", R"({"pooling_mode_mean_tokens": true})"},
                                      {"sentence_bert_config.json", R"({"max_seq_length": 256, "do_lower_case": true})"},
                                      {"config_sentence_transformers.json", R"({"prompts": {}, "default_prompt_name": null})"}});
  REQUIRE(found.ok());
  CHECK(found->normalizes);
  CHECK(found->max_tokens == 256);
  CHECK(found->lowercases);
  for (std::string_view name :
       {"modules.json", "1_Pooling/config.json", "sentence_bert_config.json", "config_sentence_transformers.json"}) {
    CHECK(found->text.find(name) != std::string::npos);
  }
}

TEST_CASE("the pooling, and the mean where nothing is said") {
  CHECK(PoolingOf("{}") == Pooling::Mean);
  CHECK(PoolingOf(R"({"pooling_mode_mean_tokens": true, "pooling_mode_cls_token": false})") == Pooling::Mean);
  CHECK(PoolingOf(R"({"pooling_mode_mean_tokens": false, "pooling_mode_cls_token": true})") == Pooling::FirstToken);
  CHECK(PoolingOf(R"({"pooling_mode_mean_tokens": false, "pooling_mode_max_tokens": true})") == Pooling::Max);
  CHECK(PoolingOf(R"({"pooling_mode": "cls"})") == Pooling::FirstToken);
}

TEST_CASE("what the runtime does not have is refused by its name") {
  auto pooling = [](std::string_view config) { return Fault({{"modules.json", kModules}, {"1_Pooling/config.json", config}}); };
  CHECK(pooling(R"({"pooling_mode_mean_tokens": false, "pooling_mode_lasttoken": true})") ==
        "model-unsupported m/1_Pooling/config.json: the pooling is `pooling_mode_lasttoken`, the runtime has `pooling_mode_cls_token`, "
        "`pooling_mode_mean_tokens` and `pooling_mode_max_tokens`");
  CHECK(pooling(R"({"pooling_mode_cls_token": true})") ==
        "model-unsupported m/1_Pooling/config.json: `pooling_mode_cls_token` and `pooling_mode_mean_tokens` are both true, which joins two "
        "vectors; the runtime takes one of them");
  CHECK(pooling(R"({"pooling_mode_mean_tokens": false})") == "model-config-invalid m/1_Pooling/config.json: no `pooling_mode_…` is true");
  CHECK(pooling(R"({"pooling_mode_mean_tokens": 1})") ==
        "model-config-invalid m/1_Pooling/config.json: `pooling_mode_mean_tokens` is 1, expected true or false");

  std::string dense(kNormalized);
  dense.replace(dense.find("models.Normalize"), 16, "models.Dense");
  CHECK(Fault({{"modules.json", dense}, {"1_Pooling/config.json", "{}"}}) ==
        "model-unsupported m/modules.json: module 2 is `sentence_transformers.models.Dense`, the runtime has a Transformer, a Pooling and "
        "Normalize, in that order");
  std::string elsewhere(kModules);
  elsewhere.replace(elsewhere.find("\"\""), 2, "\"0_Transformer\"");
  CHECK(Fault({{"modules.json", elsewhere}}) ==
        "model-unsupported m/modules.json: the Transformer lies in `0_Transformer`, the runtime wants it in the model's own folder");
  CHECK(
      Fault({{"modules.json", kModules},
             {"1_Pooling/config.json", "{}"},
             {"config_sentence_transformers.json", R"({"default_prompt_name": "query"})"}}) ==
      "model-unsupported m/config_sentence_transformers.json: `default_prompt_name` is \"query\", and the runtime puts no prompt before a "
      "text by itself");
}

TEST_CASE("files that are broken or missing") {
  CHECK(Fault({{"modules.json", kModules}}) == "model-file-missing m: `1_Pooling/config.json` is missing, which `modules.json` names");
  CHECK(Fault({{"modules.json", "{}"}}) ==
        "model-config-invalid m/modules.json: expected a list of modules, a Transformer and a Pooling at least");
  CHECK(Fault({{"modules.json", R"([{"path": ""}, {}])"}}) == "model-config-invalid m/modules.json: module 0 has no `type` and `path`");
  CHECK(Fault({{"modules.json", kModules}, {"1_Pooling/config.json", "{}"}, {"sentence_bert_config.json", R"({"max_seq_length": 0})"}}) ==
        "model-config-invalid m/sentence_bert_config.json: `max_seq_length` is 0, expected a number of tokens");
  CHECK(Fault({{"modules.json", kModules}, {"1_Pooling/config.json", "[]"}}) ==
        "model-config-invalid m/1_Pooling/config.json: the file holds a list, expected an object");
}

}  // namespace
}  // namespace plait
