#include "runtime/models/encoder_classifier.h"

#include <utility>

#include <fmt/format.h>

namespace plait {
namespace {

class EncoderClassifier : public SequenceClassifier {
 public:
  EncoderClassifier(Encoder encoder, ClassificationHead head) : encoder_(std::move(encoder)), head_(std::move(head)) {}

  [[nodiscard]] int64_t num_labels() const override { return head_.num_labels(); }
  [[nodiscard]] int64_t vocab_size() const override { return encoder_.config().vocab_size; }
  [[nodiscard]] int64_t max_positions() const override { return encoder_.config().positions - encoder_.config().first_position; }

  Result<std::vector<float>> Forward(std::span<const EncoderInput> batch, ThreadTeam& team,
                                     const Cancellation& cancellation) const override {
    if (batch.empty()) {
      return std::vector<float>();
    }
    PLAIT_TRY(at::Tensor hidden, encoder_.FirstTokens(batch, team, cancellation));
    return head_.Forward(hidden, team);
  }

 private:
  Encoder encoder_;
  ClassificationHead head_;
};

Result<void> CheckConfig(const ConfigReader& reader, const EncoderConfig& config) {
  if (config.hidden_size % config.heads != 0) {
    return reader.Invalid(fmt::format("the hidden size {} is not a multiple of the {} heads", config.hidden_size, config.heads));
  }
  if (config.hidden_size / config.heads > kMaxHeadSize) {
    return reader.Unsupported(
        fmt::format("heads have {} features, the runtime has at most {}", config.hidden_size / config.heads, kMaxHeadSize));
  }
  if (config.first_position >= config.positions) {
    return reader.Invalid(fmt::format("there are {} positions and the first text position is {}", config.positions, config.first_position));
  }
  PLAIT_TRY(std::string positions, reader.String("position_embedding_type", "absolute"));
  if (positions != "absolute") {
    return reader.Unsupported(fmt::format("`position_embedding_type` is {}, the runtime has \"absolute\"", QuoteJson(positions)));
  }
  PLAIT_TRY_VOID(reader.Refuse("is_decoder", false));
  return reader.Refuse("add_cross_attention", false);
}

}  // namespace

Result<std::unique_ptr<SequenceClassifier>> LoadEncoderClassifier(const Checkpoint& checkpoint, EncoderClassifierSpec spec,
                                                                  const LoadOptions& options, ThreadTeam& team) {
  ConfigReader config(checkpoint);
  PLAIT_TRY_VOID(CheckConfig(config, spec.encoder));
  PLAIT_TRY(double initializer_range, config.Number("initializer_range", 0.02));
  WeightReader reader(checkpoint, options.precision, options.progress, team);
  const std::string prefix = spec.names.prefix;
  if (reader.Has("embeddings.word_embeddings.weight")) {
    spec.names.prefix.clear();
  }
  for (HeadLayerSpec& layer : spec.head) {
    layer.name_in_checkpoint = layer.is_part_of_base ? spec.names.prefix + layer.name.substr(prefix.size()) : layer.name;
  }
  PLAIT_TRY(ClassificationHead head, ClassificationHead::Load(reader, {std::move(spec.head), initializer_range, options.random_head_seed}));
  PLAIT_TRY(Encoder encoder, Encoder::Load(reader, spec.encoder, spec.names));
  return std::unique_ptr<SequenceClassifier>(std::make_unique<EncoderClassifier>(std::move(encoder), std::move(head)));
}

}  // namespace plait
