// BERT (Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers") with its pooler and a classifier.
#include "runtime/models/bert_parts.h"
#include "runtime/models/encoder_classifier.h"
#include "runtime/models/families.h"

namespace plait {

Result<EncoderSpec> BertEncoder(const ConfigReader& reader) {
  PLAIT_TRY(EncoderConfig config, ReadBertConfig(reader));
  return EncoderSpec{config, BertNames("bert.")};
}

Result<std::unique_ptr<SequenceClassifier>> LoadBert(const Checkpoint& checkpoint, const LoadOptions& options, ThreadTeam& team) {
  ConfigReader reader(checkpoint);
  PLAIT_TRY(EncoderSpec encoder, BertEncoder(reader));
  PLAIT_TRY(int64_t labels, reader.LabelCount());
  const int64_t hidden = encoder.config.hidden_size;
  std::vector<HeadLayerSpec> head = {
      {.name = "bert.pooler.dense", .in_features = hidden, .out_features = hidden, .activation = Activation::Tanh, .is_part_of_base = true},
      {.name = "classifier", .in_features = hidden, .out_features = labels}};
  return LoadEncoderClassifier(checkpoint, {std::move(encoder), std::move(head)}, options, team);
}

}  // namespace plait
