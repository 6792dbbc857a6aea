// An encoder with a classification head: what all encoder families load as.
#pragma once

#include <memory>

#include "runtime/models/classification_head.h"
#include "runtime/models/config_reader.h"
#include "runtime/models/encoder.h"
#include "runtime/models/sequence_classifier.h"

namespace plait {

/// The head's layers that are part of the base stand under the encoder's prefix.
struct EncoderClassifierSpec {
  EncoderSpec encoder;
  std::vector<HeadLayerSpec> head;
};

/// Checks what all families share of the configuration and reads the weights.
Result<std::unique_ptr<SequenceClassifier>> LoadEncoderClassifier(const Checkpoint& checkpoint, EncoderClassifierSpec spec,
                                                                  const LoadOptions& options, ThreadTeam& team);

}  // namespace plait
