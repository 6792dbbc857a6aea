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
#include "runtime/models/config_reader.h"
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
  /// `bert.`, which the family writes before the base model's tensors; a checkpoint of the bare base model lacks it.
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

/// What a family makes of a configuration.
struct EncoderSpec {
  EncoderConfig config;
  EncoderNames names;
};

/// What all families share of the configuration. Fails with `model-config-invalid` or `model-unsupported`.
Result<void> CheckEncoderConfig(const ConfigReader& reader, const EncoderConfig& config);

/// What the checkpoint puts before the base model's tensors: `prefix`, or nothing where it is of the bare base model.
std::string PrefixIn(const WeightReader& reader, const std::string& prefix);

/// One may be used by several threads at once. Texts of different lengths are one ragged batch without padding; a row's bits do not depend
/// on the other texts or on the team's size.
class Encoder {
 public:
  static Result<Encoder> Load(WeightReader& reader, const EncoderConfig& config, const EncoderNames& names);

  [[nodiscard]] const EncoderConfig& config() const { return config_; }
  /// The most tokens a text may have.
  [[nodiscard]] int64_t max_positions() const { return config_.positions - config_.first_position; }

  /// Of a pass after which `asking` rows are read.
  [[nodiscard]] EncoderCost Cost(AskingRows asking) const;

  /// The last hidden state of each text's first token, [batch, hidden]. Fails with `cancelled` or `deadline-exceeded`.
  Result<at::Tensor> FirstTokens(std::span<const EncoderInput> batch, ThreadTeam& team, const Cancellation& cancellation) const {
    return Run(batch, AskingRows::First, team, cancellation);
  }
  /// The same of all tokens, [tokens, hidden], text after text.
  Result<at::Tensor> AllTokens(std::span<const EncoderInput> batch, ThreadTeam& team, const Cancellation& cancellation) const {
    return Run(batch, AskingRows::All, team, cancellation);
  }

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

  /// `asking` are the rows of each text that the last block computes and that are given.
  Result<at::Tensor> Run(std::span<const EncoderInput> batch, AskingRows asking, ThreadTeam& team, const Cancellation& cancellation) const;
  void Embed(const EncoderInput& input, float* rows) const;
  /// The queries of the rows that ask, and the keys and values of all.
  void Project(const Block& block, AskingRows asking, Workspace& workspace, ThreadTeam& team) const;
  /// Whether queries can be computed without keys and values: panels of weights must not hold some of both.
  [[nodiscard]] bool CanSplitProjection() const { return config_.hidden_size % kPanelColumns == 0; }
  /// Returns how many rows are left: those that ask.
  int64_t RunBlock(const Block& block, AskingRows asking, Workspace& workspace, ThreadTeam& team) const;

  EncoderConfig config_;
  const KernelForm* form_;
  Embeddings embeddings_;
  std::vector<Block> blocks_;
};

}  // namespace plait
