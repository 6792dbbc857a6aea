// What a model's folder tells without reading a weight: architecture, sizes, head, bytes.
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
  /// `sha256:…` of config.json and the safetensors headers.
  std::string digest;
  std::string model_type;  // config.json: gpt2, bert, roberta, distilbert
  int64_t hidden_size = 0;
  int64_t intermediate_size = 0;
  int64_t num_hidden_layers = 0;
  int64_t num_attention_heads = 0;
  int64_t vocab_size = 0;
  /// The most tokens a text may have, special tokens included.
  int64_t max_positions = 0;
  int64_t num_labels = 0;
  std::vector<std::string> labels;
  /// Bytes of all tensors in the weights' files, as stored.
  int64_t weight_bytes = 0;
  /// Whether the weights hold a sequence-classification head, told by tensor names.
  bool has_classification_head = false;
  /// The head's tensors that are not there, for messages.
  std::vector<std::string> missing_head_tensors;
  bool is_stand_in = false;
};

/// Reads config.json and the headers of the safetensors files. Fails with `model-file-missing`, `model-config-invalid` or
/// `weights-invalid`.
Result<ModelFacts> ReadModelFacts(const FileSystem& files, const std::string& folder);

}  // namespace plait
