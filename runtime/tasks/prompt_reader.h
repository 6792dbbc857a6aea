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
/// Where the tokenizer cuts words at white space, each word is tokenized once. Where it may not, all of the text is tokenized each time
/// that it has grown by a part of itself.
class PromptReader {
 public:
  /// The cache has room for `sequences` that go on with the prompt, as many as fit. The references and `statistics`, which may be null,
  /// outlive the reader.
  PromptReader(const CausalLm& model, const GenerationSettings& settings, const Tokenizer& tokenizer, size_t sequences,
               CallStatistics* statistics);

  /// Takes in a piece of the text. Where enough tokens have come together, runs them through the model on `team`.
  Result<void> Feed(std::string_view piece, ThreadTeam& team);

  [[nodiscard]] const std::string& text() const { return text_; }
  /// What the tokenizer was given, over all looks at the text.
  [[nodiscard]] size_t bytes_tokenized() const { return bytes_tokenized_; }
  /// What was read, for those who go on.
  ReadPrompt Take() &&;

 private:
  /// Finds the tokens that the whole text is going to begin with: up to the last place where it may be cut for certain, or else as far as
  /// those of all of it are those of it without its last word.
  Result<void> TokenizeToCut();
  Result<void> TokenizeWhole();
  Result<Encoding> Tokenize(std::string_view text, bool add_special_tokens);
  /// Runs the tokens from the first on that differs from what was read.
  void Read(std::span<const int32_t> tokens, ThreadTeam& team);

  const CausalLm& model_;
  const GenerationSettings& settings_;
  const Tokenizer& tokenizer_;
  CallStatistics* statistics_;
  std::string text_;
  /// What the whole text is going to begin with. The tokens are those of the text up to `cut_`, where there is one.
  std::vector<int32_t> tokens_;
  size_t cut_ = 0;
  /// Bytes of the text when it is looked at again.
  size_t next_look_;
  size_t bytes_tokenized_ = 0;
  ReadPrompt read_;
};

}  // namespace plait
