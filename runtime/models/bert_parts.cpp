#include "runtime/models/bert_parts.h"

#include <utility>

namespace plait {

Result<EncoderConfig> ReadBertConfig(const ConfigReader& reader) {
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
  return config;
}

EncoderNames BertNames(std::string prefix) {
  return {.prefix = std::move(prefix),
          .blocks = "encoder.layer.",
          .query = "attention.self.query",
          .key = "attention.self.key",
          .value = "attention.self.value",
          .attention_out = "attention.output.dense",
          .attention_norm = "attention.output.LayerNorm",
          .inner_in = "intermediate.dense",
          .inner_out = "output.dense",
          .output_norm = "output.LayerNorm"};
}

}  // namespace plait
