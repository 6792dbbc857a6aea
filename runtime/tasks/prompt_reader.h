// A prompt that a model takes in while somebody still writes it.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <llvm/ADT/STLFunctionalExtras.h>

#include "runtime/models/causal_lm.h"
#include "runtime/tasks/generation.h"
#include "runtime/tokenizers/tokenizer.h"

namespace plait {

/// Runs tokens through the model as the next ones of the cache's first sequence, some in a pass; `after_pass` is told of how many.
void Prefill(
    const CausalLm& model, WeightCopy copy, std::span<const int32_t> tokens, KeyValueCache& cache, ThreadTeam& team,
    llvm::function_ref<void(int64_t tokens)> after_pass = [](int64_t) {});

/// Reads texts that prompts are going to begin with. Where the text that follows joins its last tokens to its own, a prompt has fewer of
/// them.
Result<std::vector<ReadPrompt>> ReadPromptStarts(const CausalLm& model, WeightCopy copy, const Tokenizer& tokenizer,
                                                 std::span<const std::string> texts, ThreadTeam& team);

/// Tokens of a text that grows are those of the whole text only as far as nothing that follows can change them: the last words are held
/// back, and whoever goes on with what was read compares it with the tokens of the whole. So the answer is that to the whole text, always.
class PromptReader {
 public:
  /// The cache has room for `sequences` that go on with the prompt, as many as fit. The references and `statistics`, which may be null,
  /// outlive the reader.
  PromptReader(const CausalLm& model, const GenerationSettings& settings, const Tokenizer& tokenizer, size_t sequences,
               CallStatistics* statistics);

  /// Takes in a piece of the text. Where enough tokens have come together, runs them through the model on `team`.
  Result<void> Feed(std::string_view piece, ThreadTeam& team);

  [[nodiscard]] const std::string& text() const { return text_; }
  /// What was read, for those who go on.
  ReadPrompt Take() &&;

 private:
  /// Runs the tokens from the first on that differs from what was read.
  void Read(std::span<const int32_t> tokens, ThreadTeam& team);

  const CausalLm& model_;
  const GenerationSettings& settings_;
  const Tokenizer& tokenizer_;
  CallStatistics* statistics_;
  std::string text_;
  /// Bytes of the text when it was last looked at.
  size_t looked_at_ = 0;
  ReadPrompt read_;
};

}  // namespace plait
