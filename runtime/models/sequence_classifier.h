// What every encoder family with a classification head offers to classification.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "compiler/base/result.h"
#include "runtime/base/cancellation.h"
#include "runtime/base/thread_team.h"
#include "runtime/models/load_options.h"
#include "runtime/weights/checkpoint.h"

namespace plait {

/// One text (or pair of texts) as tokens; both spans have the same length, at least one and at most `max_positions`.
struct EncoderInput {
  std::span<const int32_t> input_ids;
  std::span<const int32_t> token_type_ids;
};

/// What a pass of an encoder takes of its linear layers.
struct EncoderCost {
  /// Weights that are multiplied for every token.
  int64_t per_token = 0;
  /// Weights that are multiplied once a text: the head's, and of the last block what only the token that is read needs.
  int64_t per_text = 0;
  /// Bytes of weights that a pass reads.
  int64_t bytes_per_pass = 0;
};

/// Immutable after loading; one may be used by several threads at once.
class SequenceClassifier {
 public:
  virtual ~SequenceClassifier() = default;

  [[nodiscard]] virtual int64_t num_labels() const = 0;
  [[nodiscard]] virtual int64_t vocab_size() const = 0;
  /// The most tokens a text may have.
  [[nodiscard]] virtual int64_t max_positions() const = 0;
  [[nodiscard]] virtual EncoderCost cost() const = 0;

  /// Logits, [batch, num_labels] row-major. Texts of different lengths are one ragged batch without padding; a row's bits
  /// do not depend on the other rows or on the team's size. Fails with `cancelled` or `deadline-exceeded`.
  virtual Result<std::vector<float>> Forward(std::span<const EncoderInput> batch, ThreadTeam& team,
                                             const Cancellation& cancellation) const = 0;
};

/// Builds the encoder that config.json's `model_type` names, with its head: the checkpoint's own or, where it has none and
/// `options.random_head_seed` is set, a random one. Fails with `untrained-head`, `model-unsupported`, `model-config-invalid`,
/// `weights-mismatch`.
Result<std::unique_ptr<SequenceClassifier>> LoadSequenceClassifier(const Checkpoint& checkpoint, const LoadOptions& options,
                                                                   ThreadTeam& team);

}  // namespace plait
