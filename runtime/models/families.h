// The architecture families that the runtime has: one file each, one loader each. registry.cpp lists them by `model_type`.
#pragma once

#include <memory>

#include "runtime/models/causal_lm.h"
#include "runtime/models/encoder.h"
#include "runtime/models/sequence_classifier.h"

namespace plait {

Result<std::unique_ptr<CausalLm>> LoadGpt2(const Checkpoint& checkpoint, const LoadOptions& options, ThreadTeam& team);

Result<std::unique_ptr<SequenceClassifier>> LoadBert(const Checkpoint& checkpoint, const LoadOptions& options, ThreadTeam& team);
Result<std::unique_ptr<SequenceClassifier>> LoadDistilBert(const Checkpoint& checkpoint, const LoadOptions& options, ThreadTeam& team);
Result<std::unique_ptr<SequenceClassifier>> LoadRoberta(const Checkpoint& checkpoint, const LoadOptions& options, ThreadTeam& team);

// The encoders alone.
Result<EncoderSpec> BertEncoder(const ConfigReader& reader);
Result<EncoderSpec> DistilBertEncoder(const ConfigReader& reader);
Result<EncoderSpec> RobertaEncoder(const ConfigReader& reader);

}  // namespace plait
