// The stack that BERT, DistilBERT and RoBERTa share (Devlin et al., "BERT"): embeddings, then post-norm transformer blocks.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <ATen/core/Tensor.h>

#include "compiler/base/result.h"
#include "runtime/base/cancellation.h"
#include "runtime/models/sequence_classifier.h"
#include "runtime/nn/layer_norm.h"
#include "runtime/nn/linear_layer.h"
#include "runtime/nn/self_attention.h"

namespace plait {

struct EncoderConfig {
  int64_t vocab_size = 0;
  int64_t hidden_size = 0;
  int64_t layers = 0;
  int64_t heads = 0;
  int64_t inner_size = 0;
  /// Rows of the table of positions.
  int64_t positions = 0;
  /// Rows of the table of token types; 0 where the family has none.
  int64_t token_types = 0;
  /// The position of a text's first token.
  int64_t first_position = 0;
  /// RoBERTa's tokens of this id stand at position `padding_id` and are not counted.
  std::optional<int64_t> padding_id;
  Activation activation = Activation::GeluErf;
  float epsilon = 1e-12F;
};

/// What the family calls the parts of a block, after the block's own name.
struct EncoderNames {
  /// `bert.`, or nothing for a checkpoint of the bare model.
  std::string prefix;
  /// `encoder.layer.`; the block's number follows.
  std::string blocks;
  std::string query;
  std::string key;
  std::string value;
  std::string attention_out;
  std::string attention_norm;
  std::string inner_in;
  std::string inner_out;
  std::string output_norm;
};

class Encoder {
 public:
  static Result<Encoder> Load(WeightReader& reader, const EncoderConfig& config, const EncoderNames& names);

  [[nodiscard]] const EncoderConfig& config() const { return config_; }

  /// The last hidden state of each text's first token, [batch, hidden]. Fails with `cancelled` or `deadline-exceeded`.
  Result<at::Tensor> FirstTokens(std::span<const EncoderInput> batch, ThreadTeam& team, const Cancellation& cancellation) const;

 private:
  struct Block {
    LinearLayer attention_in;  // queries, keys, values
    LinearLayer attention_out;
    LayerNorm attention_norm;
    LinearLayer inner_in;
    LinearLayer inner_out;
    LayerNorm output_norm;
  };
  struct Embeddings {
    at::Tensor words;                       // [vocab, hidden]
    at::Tensor positions;                   // [positions, hidden]
    std::optional<at::Tensor> token_types;  // [token types, hidden]
    LayerNorm norm;
  };
  struct Workspace;

  Encoder(const EncoderConfig& config, const KernelForm& form, Embeddings embeddings, std::vector<Block> blocks);

  static Result<Embeddings> LoadEmbeddings(WeightReader& reader, const EncoderConfig& config, const std::string& prefix);
  static Result<Block> LoadBlock(WeightReader& reader, const EncoderConfig& config, const EncoderNames& names, int64_t index);

  void Embed(const EncoderInput& input, float* rows) const;
  /// Returns how many rows are left: after the last block, the first of each text.
  int64_t RunBlock(size_t index, int64_t rows, Workspace& workspace, ThreadTeam& team) const;

  EncoderConfig config_;
  const KernelForm* form_;
  Embeddings embeddings_;
  std::vector<Block> blocks_;
};

}  // namespace plait
