// Many texts through an encoder in few passes: equal ones once, long lists in portions.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/result.h"
#include "runtime/models/sequence_classifier.h"
#include "runtime/tasks/task.h"
#include "runtime/tokenizers/tokenizer.h"

namespace plait {

/// Fails with `prompt-too-long` where the text has more tokens than the model has positions, and with `argument-range` where it has none.
Result<void> CheckTextLength(const Encoding& text, int64_t max_positions);

/// What makes a row of numbers of each text.
struct EncoderModel {
  /// Numbers in a row.
  int64_t width = 0;
  /// What messages call them.
  std::string_view what;
  /// For the statistics.
  EncoderCost cost;
  /// The rows of a batch, [batch, width], whose bits do not depend on the other texts or on the team's size. Fails with `cancelled` or
  /// `deadline-exceeded`.
  std::function<Result<std::vector<float>>(std::span<const EncoderInput> batch, ThreadTeam& team, const Cancellation& cancellation)>
      forward;
};

/// The row of each text. Equal texts are computed once, and the bits do not depend on how a list is cut. Rows that are not finite fail
/// their texts with `arithmetic`; `cancelled` and `deadline-exceeded` fail all that are not done.
std::vector<Result<std::vector<float>>> RunEncoder(const EncoderModel& model, std::span<const Encoding> texts, std::string_view model_name,
                                                   const CallContext& context);

/// The logits of each text, [num_labels], in the same way.
std::vector<Result<std::vector<float>>> RunEncoder(const SequenceClassifier& model, std::span<const Encoding> texts,
                                                   std::string_view model_name, const CallContext& context);

}  // namespace plait
