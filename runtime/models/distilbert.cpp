// DistilBERT (Sanh et al., "DistilBERT, a distilled version of BERT"): BERT without token types and pooler, with names of its own.
#include "runtime/models/encoder_classifier.h"
#include "runtime/models/families.h"

namespace plait {

Result<EncoderSpec> DistilBertEncoder(const ConfigReader& reader) {
  EncoderConfig config;
  PLAIT_TRY(config.vocab_size, reader.Count("vocab_size", INT32_MAX));
  PLAIT_TRY(config.hidden_size, reader.Count("dim", 1 << 20));
  PLAIT_TRY(config.layers, reader.Count("n_layers", 10'000));
  PLAIT_TRY(config.heads, reader.Count("n_heads", config.hidden_size));
  PLAIT_TRY(config.inner_size, reader.Count("hidden_dim", 1 << 24));
  PLAIT_TRY(config.positions, reader.Count("max_position_embeddings", INT32_MAX, 512));
  PLAIT_TRY(config.activation, reader.ActivationOf("activation", "gelu"));

  EncoderNames names{.prefix = "distilbert.",
                     .blocks = "transformer.layer.",
                     .query = "attention.q_lin",
                     .key = "attention.k_lin",
                     .value = "attention.v_lin",
                     .attention_out = "attention.out_lin",
                     .attention_norm = "sa_layer_norm",
                     .inner_in = "ffn.lin1",
                     .inner_out = "ffn.lin2",
                     .output_norm = "output_layer_norm"};
  return EncoderSpec{config, std::move(names)};
}

Result<std::unique_ptr<SequenceClassifier>> LoadDistilBert(const Checkpoint& checkpoint, const LoadOptions& options, ThreadTeam& team) {
  ConfigReader reader(checkpoint);
  PLAIT_TRY(EncoderSpec encoder, DistilBertEncoder(reader));
  PLAIT_TRY(int64_t labels, reader.LabelCount());
  const int64_t hidden = encoder.config.hidden_size;
  std::vector<HeadLayerSpec> head = {
      {.name = "pre_classifier", .in_features = hidden, .out_features = hidden, .activation = Activation::Relu},
      {.name = "classifier", .in_features = hidden, .out_features = labels}};
  return LoadEncoderClassifier(checkpoint, {std::move(encoder), std::move(head)}, options, team);
}

}  // namespace plait
