// Writing on from prompts: many sequences share each pass over the weights, and each leaves when it is done.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "compiler/base/drafts.h"
#include "compiler/base/pass_limits.h"
#include "compiler/base/result.h"
#include "runtime/models/causal_lm.h"
#include "runtime/tasks/generation_request.h"
#include "runtime/tasks/stop_strings.h"
#include "runtime/tasks/task.h"

namespace plait {

/// Prompt tokens in one pass at most, so that a long prompt can be cancelled and does not hold up sequences that write.
inline constexpr int64_t kPrefillTokens = 256;

/// A prompt whose first tokens were read before it was whole.
struct ReadPrompt {
  std::vector<int32_t> tokens;
  /// Holds them in its first sequence. Where one goes on with it, it has room for as many tokens as the model has positions.
  std::unique_ptr<KeyValueCache> cache;
};

/// How many tokens both begin with.
size_t EqualTokens(std::span<const int32_t> a, std::span<const int32_t> b);

/// A smaller model with the same vocabulary, which guesses what a larger one writes.
struct DraftModel {
  /// Null where there is none.
  const CausalLm* model = nullptr;
  /// The copy of its weights that it guesses with.
  WeightCopy copy = WeightCopy::Main;
  /// As in GenerationSettings, its own.
  int64_t projection_elements = 0;
  /// What prompts of the larger model may begin with, read by this one.
  std::vector<ReadPrompt> prompt_starts = {};
};

struct GenerationSettings {
  /// What messages call the model.
  std::string model_name;
  /// Used for stop texts only.
  DecodeFunction decode;
  /// Multiplications that each row of logits adds to a pass, vocab_size x hidden_size; for the statistics.
  int64_t projection_elements = 0;
  /// Where guesses come from, so that one pass decides several tokens. What is written is the same, whatever they are.
  std::vector<DraftSource> drafts;
  /// What prompts may begin with, read already; copied where one does.
  std::vector<ReadPrompt> prompt_starts = {};
  /// Guesses where `drafts` has a smaller model; outlives whoever generates.
  DraftModel draft_model = {};
};

/// Of a prompt that is still being written, fewer tokens than this are left to read when it ends. Half as many are read at a time: enough
/// rows for the arithmetic to be as fast as the weights are read.
inline constexpr int64_t kStreamedPrefillTokens = 32;

/// Multiplications and additions in linear layers of a pass over so many tokens of one sequence, of which so many give logits.
int64_t PassOperations(const CausalLm& model, int64_t projection_elements, int64_t tokens, int64_t asking);

/// The new tokens of one sequence, with the end token where one ended it.
using NewTokens = std::vector<int32_t>;

/// Requests that are written together, step by step. What is written of a request is as transformers' GenerationMixin._sample writes it:
/// until an end token, a stop text or `max_length`. What a sequence says does not depend on the others. A request whose logits are not all
/// finite fails alone with `arithmetic`.
class GenerationBatch {
 public:
  /// `model`, `settings` and `statistics`, which may be null, outlive the batch. `prompt`, if there is one, is the first request's, who is
  /// then the only one.
  GenerationBatch(const CausalLm& model, const GenerationSettings& settings, std::vector<GenerationRequest> requests, uint64_t request_seed,
                  CallStatistics* statistics, std::optional<ReadPrompt> prompt = {});
  ~GenerationBatch();
  GenerationBatch(const GenerationBatch&) = delete;
  GenerationBatch& operator=(const GenerationBatch&) = delete;

  [[nodiscard]] bool is_done() const;
  /// One pass over the weights: a token more of each sequence that writes, and those guessed ahead of it that are right. Needs a batch
  /// that is not done.
  void Step(ThreadTeam& team);
  /// Ends what is not done with that failure.
  void Fail(const Error& error);

  /// What the first sequence of the first request has written so far.
  [[nodiscard]] std::span<const int32_t> WrittenByFirst() const;
  /// One result a request: its return sequences in order.
  [[nodiscard]] std::vector<Result<std::vector<NewTokens>>> Results() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

/// Writes all requests to their end. `cancelled` and `deadline-exceeded` fail all that are not done.
std::vector<Result<std::vector<NewTokens>>> Generate(const CausalLm& model, std::vector<GenerationRequest> requests,
                                                     const GenerationSettings& settings, const CallContext& context,
                                                     std::optional<ReadPrompt> prompt = {});

}  // namespace plait
