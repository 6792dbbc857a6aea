// RoBERTa (Liu et al., "RoBERTa: A Robustly Optimized BERT Pretraining Approach"): BERT's blocks, positions counted from
// after the padding id, and a head of its own.
#include "runtime/models/bert_parts.h"
#include "runtime/models/encoder_classifier.h"
#include "runtime/models/families.h"

namespace plait {

Result<EncoderSpec> RobertaEncoder(const ConfigReader& reader) {
  PLAIT_TRY(EncoderConfig config, ReadBertConfig(reader));
  PLAIT_TRY(config.padding_id, reader.TokenId("pad_token_id", 1));
  config.first_position = *config.padding_id + 1;
  return EncoderSpec{config, BertNames("roberta.")};
}

Result<std::unique_ptr<SequenceClassifier>> LoadRoberta(const Checkpoint& checkpoint, const LoadOptions& options, ThreadTeam& team) {
  ConfigReader reader(checkpoint);
  PLAIT_TRY(EncoderSpec encoder, RobertaEncoder(reader));
  PLAIT_TRY(int64_t labels, reader.LabelCount());
  const int64_t hidden = encoder.config.hidden_size;
  std::vector<HeadLayerSpec> head = {
      {.name = "classifier.dense", .in_features = hidden, .out_features = hidden, .activation = Activation::Tanh},
      {.name = "classifier.out_proj", .in_features = hidden, .out_features = labels}};
  return LoadEncoderClassifier(checkpoint, {std::move(encoder), std::move(head)}, options, team);
}

}  // namespace plait
