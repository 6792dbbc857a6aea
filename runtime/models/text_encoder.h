// An encoder without a head: what embeds texts.
#pragma once

#include <memory>

#include "compiler/base/result.h"
#include "runtime/models/encoder.h"
#include "runtime/models/load_options.h"

namespace plait {

/// Builds the encoder that config.json's `model_type` names; heads and poolers that the checkpoint has are not read. Fails with
/// `model-unsupported`, `model-config-invalid`, `weights-mismatch`.
Result<std::unique_ptr<Encoder>> LoadTextEncoder(const Checkpoint& checkpoint, const LoadOptions& options, ThreadTeam& team);

}  // namespace plait
