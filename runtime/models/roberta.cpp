// RoBERTa (Liu et al., "RoBERTa: A Robustly Optimized BERT Pretraining Approach"): BERT's blocks, positions counted from
// after the padding id, and a head of its own.
#include "runtime/models/encoder_classifier.h"
#include "runtime/models/families.h"

namespace plait {

Result<std::unique_ptr<SequenceClassifier>> LoadRoberta(const Checkpoint& checkpoint, const LoadOptions& options, ThreadTeam& team) {
  ConfigReader reader(checkpoint);
  EncoderConfig config;
  PLAIT_TRY(config.vocab_size, reader.Count("vocab_size", INT32_MAX));
  PLAIT_TRY(config.hidden_size, reader.Count("hidden_size", 1 << 20));
  PLAIT_TRY(config.layers, reader.Count("num_hidden_layers", 10'000));
  PLAIT_TRY(config.heads, reader.Count("num_attention_heads", config.hidden_size));
  PLAIT_TRY(config.inner_size, reader.Count("intermediate_size", 1 << 24));
  PLAIT_TRY(config.positions, reader.Count("max_position_embeddings", INT32_MAX, 512));
  PLAIT_TRY(config.token_types, reader.Count("type_vocab_size", INT32_MAX, 2));
  PLAIT_TRY(config.activation, reader.ActivationOf("hidden_act", "gelu"));
  PLAIT_TRY(double epsilon, reader.Number("layer_norm_eps", 1e-12));
  config.epsilon = static_cast<float>(epsilon);
  PLAIT_TRY(config.padding_id, reader.TokenId("pad_token_id", 1));
  config.first_position = *config.padding_id + 1;
  PLAIT_TRY(int64_t labels, reader.LabelCount());

  EncoderNames names{.prefix = "roberta.",
                     .blocks = "encoder.layer.",
                     .query = "attention.self.query",
                     .key = "attention.self.key",
                     .value = "attention.self.value",
                     .attention_out = "attention.output.dense",
                     .attention_norm = "attention.output.LayerNorm",
                     .inner_in = "intermediate.dense",
                     .inner_out = "output.dense",
                     .output_norm = "output.LayerNorm"};
  const int64_t hidden = config.hidden_size;
  std::vector<HeadLayerSpec> head = {
      {.name = "classifier.dense", .in_features = hidden, .out_features = hidden, .activation = Activation::Tanh},
      {.name = "classifier.out_proj", .in_features = hidden, .out_features = labels}};
  return LoadEncoderClassifier(checkpoint, {config, std::move(names), std::move(head)}, options, team);
}

}  // namespace plait
