// What BERT and the families that kept its blocks have in common: config.json's keys and the names of weights.
#pragma once

#include <string>

#include "compiler/base/result.h"
#include "runtime/models/config_reader.h"
#include "runtime/models/encoder.h"

namespace plait {

/// Sizes, activation and epsilon. Fails with `model-config-invalid`.
Result<EncoderConfig> ReadBertConfig(const ConfigReader& reader);

/// `prefix` as in `EncoderNames`.
EncoderNames BertNames(std::string prefix);

}  // namespace plait
