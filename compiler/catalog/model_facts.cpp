#include "compiler/catalog/model_facts.h"

#include <algorithm>
#include <array>
#include <functional>
#include <numeric>
#include <set>

#include <fmt/format.h>
#include <llvm/ADT/StringRef.h>

#include "compiler/base/digest.h"
#include "compiler/catalog/metadata_file.h"
#include "compiler/catalog/text_facts.h"
#include "compiler/formats/json.h"
#include "compiler/formats/safetensors.h"
#include "compiler/formats/sentence_files.h"

namespace plait {
namespace {

constexpr std::string_view kWeightsFile = "model.safetensors";
constexpr std::string_view kIndexFile = "model.safetensors.index.json";
constexpr std::string_view kStandInKey = "plait.stand_in";

/// How an architecture calls its sizes in config.json.
struct ConfigNames {
  std::string_view model_type;
  std::string_view hidden_size;
  std::string_view intermediate_size;
  std::string_view num_hidden_layers;
  std::string_view num_attention_heads;
  std::string_view max_positions;
};

constexpr std::array kConfigNames = {
    ConfigNames{"gpt2", "n_embd", "n_inner", "n_layer", "n_head", "n_positions"},
    ConfigNames{"bert", "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "max_position_embeddings"},
    ConfigNames{"roberta", "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads", "max_position_embeddings"},
    ConfigNames{"distilbert", "dim", "hidden_dim", "n_layers", "n_heads", "max_position_embeddings"},
};

/// The tensors whose absence means that a checkpoint holds no head for whole texts. `/` separates spellings of one tensor.
std::vector<std::string_view> HeadTensors(std::string_view model_type) {
  if (model_type == "bert") {
    // Heads for single tokens have a classifier too, but no pooler before it.
    return {"bert.pooler.dense.weight/pooler.dense.weight", "classifier.weight"};
  }
  if (model_type == "distilbert") {
    return {"pre_classifier.weight", "classifier.weight"};
  }
  if (model_type == "roberta") {
    return {"classifier.dense.weight", "classifier.out_proj.weight"};
  }
  return {"score.weight"};
}

Result<void> ReadSizes(const MetadataFile& config, ModelFacts& facts) {
  auto names =
      std::find_if(kConfigNames.begin(), kConfigNames.end(), [&](const ConfigNames& n) { return n.model_type == facts.model_type; });
  if (names == kConfigNames.end()) {
    return {};
  }
  PLAIT_TRY(facts.hidden_size, config.Size(names->hidden_size));
  facts.hidden_size_key = names->hidden_size;
  bool is_gpt2 = facts.model_type == "gpt2";
  PLAIT_TRY(facts.intermediate_size,
            is_gpt2 ? config.SizeOr(names->intermediate_size, 4 * facts.hidden_size) : config.Size(names->intermediate_size));
  PLAIT_TRY(facts.num_hidden_layers, config.Size(names->num_hidden_layers));
  PLAIT_TRY(facts.num_attention_heads, config.Size(names->num_attention_heads));
  PLAIT_TRY(facts.vocab_size, config.Size("vocab_size"));
  PLAIT_TRY(facts.max_positions, config.Size(names->max_positions));
  facts.max_positions_key = names->max_positions;
  if (facts.model_type == "roberta") {
    // Its positions count from behind the padding token's.
    PLAIT_TRY(int64_t pad_token_id, config.SizeOr("pad_token_id", 1));
    facts.max_positions -= pad_token_id + 1;
  }
  if (facts.max_positions < 1) {
    return config.Fail(fmt::format("`{}` leaves no position for a token", facts.max_positions_key));
  }
  return {};
}

/// Whether a class is called that: as transformers' zero-shot pipeline looks for it.
bool IsEntailment(std::string_view label) { return llvm::StringRef(label.data(), label.size()).starts_with_insensitive("entail"); }

/// `label2id` is asked first, as the pipeline does; where it names none, the classes' own names.
void FindEntailment(const MetadataFile& config, ModelFacts& facts) {
  std::vector<std::string> names;
  if (const Value* ids = config.Find("label2id"); ids != nullptr && ids->is_record()) {
    for (const auto& [name, id] : ids->AsRecord()) {
      names.push_back(name);
    }
  }
  names.insert(names.end(), facts.labels.begin(), facts.labels.end());
  auto found = std::find_if(names.begin(), names.end(), IsEntailment);
  facts.entailment_label = found == names.end() ? std::nullopt : std::optional(*found);
}

Result<void> ReadLabels(const MetadataFile& config, ModelFacts& facts) {
  constexpr int64_t kMostLabels = 1'000'000;
  const Value* labels = config.Find("id2label");
  facts.names_labels = labels != nullptr;
  if (labels == nullptr) {
    PLAIT_TRY(facts.num_labels, config.SizeOr("num_labels", 2));
    if (facts.num_labels > kMostLabels) {
      return config.Fail(fmt::format("`num_labels` is {}", facts.num_labels));
    }
    for (int64_t i = 0; i < facts.num_labels; ++i) {
      facts.labels.push_back(fmt::format("LABEL_{}", i));
    }
    return {};
  }
  size_t count = labels->is_record() ? labels->AsRecord().size() : 0;
  for (size_t i = 0; i < count; ++i) {
    const Value* label = labels->Field(fmt::format("{}", i));
    if (label == nullptr || !label->is_string()) {
      return config.Fail(fmt::format("`id2label` has {} labels, but none with number {}", count, i));
    }
    facts.labels.push_back(label->AsString());
  }
  if (count == 0) {
    return config.Fail("`id2label` is no object with labels");
  }
  facts.num_labels = static_cast<int64_t>(count);
  return {};
}

Result<std::vector<std::string>> ReadIndex(const FileSystem& files, const std::string& path) {
  PLAIT_TRY(std::string text, ReadMetadataText(files, path, FailureKind::WeightsInvalid));
  PLAIT_TRY(Value index, ParseJson(text, path, FailureKind::WeightsInvalid));
  const Value* weight_map = index.Field("weight_map");
  if (weight_map == nullptr || !weight_map->is_record()) {
    return Error{FailureKind::WeightsInvalid, "`weight_map` is no object", path, {}};
  }
  std::set<std::string> names;
  for (const auto& [tensor, file] : weight_map->AsRecord()) {
    // A shard is a neighbour of its index: a name that leads elsewhere is not one that a checkpoint needs.
    if (!file.is_string() || file.AsString().empty() || file.AsString().find('/') != std::string::npos) {
      return Error{FailureKind::WeightsInvalid,
                   fmt::format("tensor {} is said to be in {}, expected a file name", QuoteJson(tensor), ToJson(file)),
                   path,
                   {}};
    }
    names.insert(file.AsString());
  }
  return std::vector<std::string>(names.begin(), names.end());
}

/// What the headers say, all files together.
struct Weights {
  std::set<std::string, std::less<>> names;
  int64_t bytes = 0;
  int64_t elements = 0;
  bool has_bf16 = false;
  bool has_other_matrices = false;
  bool is_stand_in = false;
};

Result<void> ReadHeader(const FileSystem& files, const std::string& folder, const std::string& file, Weights& weights, Sha256& digest) {
  constexpr uint64_t kLengthBytes = 8;
  std::string path = JoinPath(folder, file);
  if (!files.IsFile(path)) {
    return Error{FailureKind::ModelFileMissing, fmt::format("`{}` is missing, which `{}` names", file, kIndexFile), folder, {}};
  }
  PLAIT_TRY(uint64_t file_size, files.FileSize(path));
  PLAIT_TRY(std::string first, files.ReadPrefix(path, kLengthBytes));
  PLAIT_TRY(uint64_t header_bytes, SafetensorsHeaderBytes(first, file_size, path));
  PLAIT_TRY(std::string prefix, files.ReadPrefix(path, header_bytes));
  PLAIT_TRY(SafetensorsHeader header, ParseSafetensorsHeader(prefix, file_size, path));
  digest.Add(prefix);
  for (const SafetensorsTensor& tensor : header.tensors) {
    weights.names.insert(tensor.name);
    weights.bytes += static_cast<int64_t>(tensor.end - tensor.begin);
    weights.elements += std::accumulate(tensor.shape.begin(), tensor.shape.end(), int64_t{1}, std::multiplies<>());
    if (tensor.shape.size() > 1) {
      (tensor.dtype == "BF16" ? weights.has_bf16 : weights.has_other_matrices) = true;
    }
  }
  weights.is_stand_in = weights.is_stand_in || header.metadata.contains(std::string(kStandInKey));
  return {};
}

void FindHead(const Weights& weights, ModelFacts& facts) {
  for (std::string_view spellings : HeadTensors(facts.model_type)) {
    std::string_view first = spellings.substr(0, spellings.find('/'));
    std::string_view last = spellings.substr(spellings.rfind('/') + 1);
    if (!weights.names.contains(first) && !weights.names.contains(last)) {
      facts.missing_head_tensors.emplace_back(first);
    }
  }
  facts.has_classification_head = facts.missing_head_tensors.empty();
}

}  // namespace

Result<std::vector<std::string>> WeightFiles(const FileSystem& files, const std::string& folder) {
  if (files.IsFile(JoinPath(folder, kWeightsFile))) {
    return std::vector<std::string>{std::string(kWeightsFile)};
  }
  if (files.IsFile(JoinPath(folder, kIndexFile))) {
    return ReadIndex(files, JoinPath(folder, kIndexFile));
  }
  Error error{FailureKind::ModelFileMissing, fmt::format("`{}` is missing", kWeightsFile), folder, {}};
  if (files.IsFile(JoinPath(folder, "pytorch_model.bin"))) {
    error.message = fmt::format("`pytorch_model.bin` is here, `{}` is missing", kWeightsFile);
    return std::move(error).WithNote("fix", "convert it to safetensors: load it with transformers and call `save_pretrained` on it");
  }
  return error;
}

Result<ModelFacts> ReadModelFacts(const FileSystem& files, const std::string& folder) {
  ModelFacts facts;
  facts.folder = folder;
  std::string path = JoinPath(folder, "config.json");
  if (!files.IsFile(path)) {
    return Error{FailureKind::ModelFileMissing, "`config.json` is missing", folder, {}};
  }
  PLAIT_TRY(std::string text, ReadMetadataText(files, path, FailureKind::ModelConfigInvalid));
  PLAIT_TRY(MetadataFile config, MetadataFile::Parse(text, path, FailureKind::ModelConfigInvalid));
  const Value* model_type = config.Find("model_type");
  if (model_type == nullptr || !model_type->is_string()) {
    return config.Fail("`model_type` is missing");
  }
  facts.model_type = model_type->AsString();
  PLAIT_TRY_VOID(ReadSizes(config, facts));
  PLAIT_TRY_VOID(ReadLabels(config, facts));
  FindEntailment(config, facts);
  PLAIT_TRY_VOID(ReadTextFacts(files, folder, facts));

  Sha256 digest;
  digest.Add(text);
  Weights weights;
  PLAIT_TRY(std::vector<std::string> weight_files, WeightFiles(files, folder));
  for (const std::string& file : weight_files) {
    PLAIT_TRY_VOID(ReadHeader(files, folder, file, weights, digest));
  }
  Result<SentenceFiles> sentence = ReadSentenceFiles(files, folder);
  if (sentence.ok()) {
    digest.Add(sentence->text);
  } else {
    facts.embedder_fault = std::move(sentence).error();
  }
  facts.weight_bytes = weights.bytes;
  facts.weight_elements = weights.elements;
  facts.stores_bf16 = weights.has_bf16 && !weights.has_other_matrices;
  facts.is_stand_in = weights.is_stand_in;
  facts.digest = digest.Text();
  FindHead(weights, facts);
  return facts;
}

}  // namespace plait
