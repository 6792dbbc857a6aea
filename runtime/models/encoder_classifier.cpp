#include "runtime/models/encoder_classifier.h"

#include <utility>

namespace plait {
namespace {

class EncoderClassifier : public SequenceClassifier {
 public:
  EncoderClassifier(Encoder encoder, ClassificationHead head) : encoder_(std::move(encoder)), head_(std::move(head)) {}

  [[nodiscard]] int64_t num_labels() const override { return head_.num_labels(); }
  [[nodiscard]] int64_t vocab_size() const override { return encoder_.config().vocab_size; }
  [[nodiscard]] int64_t max_positions() const override { return encoder_.max_positions(); }
  [[nodiscard]] EncoderCost cost() const override {
    EncoderCost cost = encoder_.Cost(AskingRows::First);
    cost.per_text += head_.weights();
    cost.bytes_per_pass += head_.bytes();
    return cost;
  }

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

}  // namespace

Result<std::unique_ptr<SequenceClassifier>> LoadEncoderClassifier(const Checkpoint& checkpoint, EncoderClassifierSpec spec,
                                                                  const LoadOptions& options, ThreadTeam& team) {
  ConfigReader config(checkpoint);
  PLAIT_TRY_VOID(CheckEncoderConfig(config, spec.encoder.config));
  PLAIT_TRY(double initializer_range, config.Number("initializer_range", 0.02));
  WeightReader reader(checkpoint, options.precision, options.progress, team, options.cache);
  EncoderNames& names = spec.encoder.names;
  const size_t prefix_size = names.prefix.size();
  names.prefix = PrefixIn(reader, names.prefix);
  for (HeadLayerSpec& layer : spec.head) {
    layer.name_in_checkpoint = layer.is_part_of_base ? names.prefix + layer.name.substr(prefix_size) : layer.name;
  }
  PLAIT_TRY(ClassificationHead head, ClassificationHead::Load(reader, {std::move(spec.head), initializer_range, options.random_head_seed}));
  PLAIT_TRY(Encoder encoder, Encoder::Load(reader, spec.encoder.config, names));
  reader.KeepPacked();
  return std::unique_ptr<SequenceClassifier>(std::make_unique<EncoderClassifier>(std::move(encoder), std::move(head)));
}

}  // namespace plait
