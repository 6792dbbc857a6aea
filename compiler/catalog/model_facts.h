// What a model's folder tells without reading a weight: architecture, sizes, head, labels, limits, bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/file_system.h"
#include "compiler/base/result.h"

namespace plait {

struct ModelFacts {
  std::string folder;
  /// `sha256:…` of config.json and the safetensors headers, and of what makes an embedder of it where the folder has modules.json.
  std::string digest;
  std::string model_type;  // config.json: gpt2, bert, roberta, distilbert
  int64_t hidden_size = 0;
  /// What config.json calls it.
  std::string hidden_size_key;
  int64_t intermediate_size = 0;
  int64_t num_hidden_layers = 0;
  int64_t num_attention_heads = 0;
  int64_t vocab_size = 0;
  /// The most tokens a text may have, special tokens included.
  int64_t max_positions = 0;
  /// What config.json calls it.
  std::string max_positions_key;
  int64_t num_labels = 0;
  /// What the classes are called, by number; `LABEL_0`, `LABEL_1`, … where config.json names none.
  std::vector<std::string> labels;
  bool names_labels = false;
  /// The label that says that one text supports another: it begins with "entail", in any case.
  std::optional<std::string> entailment_label;
  /// tokenizer_config.json: what the tokenizer cuts texts to, where that is a limit at all.
  std::optional<int64_t> model_max_length;
  /// The file that holds a chat template, tokenizer_config.json or chat_template.jinja; empty where none does.
  std::string chat_template_file;
  /// As TokenizerDigest, where somebody asked for it.
  std::string tokenizer_digest;
  /// generation_config.json: what a call that says nothing gets.
  std::optional<int64_t> default_max_length;
  std::optional<int64_t> default_max_new_tokens;
  /// Bytes of all tensors in the weights' files, as stored.
  int64_t weight_bytes = 0;
  /// Elements of all tensors; 0 where that is not known.
  int64_t weight_elements = 0;
  /// Whether every matrix is stored as bf16.
  bool stores_bf16 = false;
  /// Whether the weights hold a sequence-classification head, told by tensor names.
  bool has_classification_head = false;
  /// The head's tensors that are not there, for messages.
  std::vector<std::string> missing_head_tensors;
  bool is_stand_in = false;
  /// Why the folder cannot embed texts, though it says that it does so.
  std::optional<Error> embedder_fault;
};

/// The names of a checkpoint's safetensors files: one, or the shards of an index. Fails with `model-file-missing` or `weights-invalid`.
Result<std::vector<std::string>> WeightFiles(const FileSystem& files, const std::string& folder);

/// Reads config.json and the headers of the safetensors files, and tokenizer_config.json, chat_template.jinja and generation_config.json
/// where they are there. Fails with `model-file-missing`, `model-config-invalid`, `tokenizer-invalid` or `weights-invalid`; the place is
/// the file. A file beyond 64 MiB is none of these and is refused unread.
Result<ModelFacts> ReadModelFacts(const FileSystem& files, const std::string& folder);

}  // namespace plait
