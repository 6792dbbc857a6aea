// What a batch of requests keeps between its passes. For generation*.cpp only.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "runtime/tasks/draft_past.h"
#include "runtime/tasks/drafts.h"
#include "runtime/tasks/generation.h"

namespace plait {

/// One return sequence of one request, from waiting through reading its prompt to writing.
struct WritingSequence {
  size_t request = 0;
  int64_t return_index = 0;
  std::vector<int32_t> tokens;
  size_t prompt_tokens = 0;
  /// How many of `tokens` the cache holds.
  size_t cached = 0;
  /// How many of `tokens`, at their end, are guesses that the next pass decides on.
  size_t guesses = 0;
  /// Where they come from.
  DraftSource guessed_by = DraftSource::Text;
  /// How right what was looked up has been.
  DraftRecord looked_up{0.5};
  std::optional<int> slot;
  bool done = false;
  // What the repetition penalty looks at; kept only where there is one.
  std::vector<int32_t> seen;
  std::vector<bool> is_seen;
  /// How many of `seen` do not come from guesses.
  size_t surely_seen = 0;

  [[nodiscard]] bool reads_prompt() const { return cached + 1 < tokens.size() - guesses; }
  [[nodiscard]] bool writes() const { return slot.has_value() && !reads_prompt(); }
};

class GenerationBatch::State {
 public:
  State(const CausalLm& model, const GenerationSettings& settings, std::vector<GenerationRequest> requests, uint64_t request_seed,
        CallStatistics* statistics, std::optional<ReadPrompt> prompt);

  [[nodiscard]] bool is_done() const { return done_ == sequences_.size(); }

  void Step(ThreadTeam& team);

  void FailUnfinished(const Error& error);
  [[nodiscard]] std::span<const int32_t> WrittenByFirst() const;
  [[nodiscard]] std::vector<Result<std::vector<NewTokens>>> Results() const;

 private:
  // Who writes, and where.
  void AddSequences();
  void MakeCache();
  void Admit();
  /// Tokens of a prompt that are there, and those that whoever is in it is going to read.
  struct SharedPrompt {
    /// Of the batch's own cache, -1 for none; or what was read before there was any batch.
    int slot = -1;
    const ReadPrompt* start = nullptr;
    size_t held = 0;
    size_t coming = 0;
  };
  [[nodiscard]] SharedPrompt FindShared(const WritingSequence& sequence) const;
  void TryAdmit(size_t index);
  // Guessing.
  /// What a source promises before a pass.
  struct Promise {
    DraftChoice choice;
    /// It does not pay, as far as is known, and is asked to see.
    bool is_probe = false;
  };
  void Guess(ThreadTeam& team);
  [[nodiscard]] int64_t TokensLeft(const WritingSequence& sequence) const;
  [[nodiscard]] int64_t MostGuesses(const WritingSequence& sequence) const;
  Promise PromiseOfCopy();
  Promise PromiseOfModel(const DraftChoice& by_copy);
  bool CanFollow(const WritingSequence& sequence, const Promise& promise);
  DraftChoice LookUp(WritingSequence& sequence);
  void GuessWith(DraftSource source, int64_t guesses, ThreadTeam& team);
  void PlanGuesses(DraftSource source, int64_t round);
  bool PlanReading(const WritingSequence& sequence, size_t& room, CausalLm::Step& step);
  std::span<const float> RunCopy(ThreadTeam& team);
  std::span<const float> RunModel(ThreadTeam& team);
  void TakeGuesses(std::span<const float> logits);
  void AccountForPass();
  void RetractGuesses(WritingSequence& sequence);
  void NoteGuesses(WritingSequence& sequence, size_t right);
  // One pass.
  void PlanSteps();
  [[nodiscard]] bool WantsOnlyLargest(const WritingSequence& sequence) const;
  void Count();
  void CountSteps(const CausalLm& model, WeightCopy copy, int64_t projection_elements);
  void FinishStep(WritingSequence& sequence, size_t step_tokens, std::span<const float> logits);
  int32_t ChooseToken(const WritingSequence& sequence, std::span<const float> logits, int32_t largest);
  void Append(WritingSequence& sequence, int32_t token);
  [[nodiscard]] bool IsComplete(const WritingSequence& sequence) const;
  void Release(WritingSequence& sequence);
  void FailRequest(size_t request, const Error& error);

  const CausalLm& model_;
  std::vector<GenerationRequest> requests_;
  const GenerationSettings& settings_;
  uint64_t request_seed_;
  CallStatistics* statistics_;
  std::optional<ReadPrompt> read_prompt_;

  std::vector<WritingSequence> sequences_;
  std::vector<std::optional<Error>> failures_;
  size_t done_ = 0;
  /// The first sequence that may still wait for a slot.
  size_t next_waiting_ = 0;
  std::unique_ptr<KeyValueCache> cache_;
  std::vector<int> free_slots_;
  /// By slot: the sequence whose tokens its cache holds, also after that has ended.
  std::vector<std::optional<size_t>> in_slot_;

  // Used anew in each pass.
  std::vector<CausalLm::Step> steps_;
  std::vector<size_t> stepped_;
  std::vector<float> scores_;
  std::vector<int32_t> guesses_;
  std::vector<std::span<const int32_t>> others_;
  TokenSampler sampler_;

  /// Sequences that write, in this pass.
  int64_t writing_ = 0;
  /// What a guess of the small copy costs, how right it has been, and when to ask it where it was not.
  DraftCosts costs_;
  DraftRecord guessed_by_copy_{0.9};
  DraftProbe copy_probe_{1};
  /// The same of the smaller model, with what it has read and what all of it may cost.
  std::optional<DraftPast> past_;
  DraftCosts model_costs_;
  DraftRecord guessed_by_model_{kRightGuessesOfModel};
  DraftProbe model_probe_{2};
  DraftAccount account_;
  /// What of it is left for this pass, and the tokens that the model is to read before it guesses.
  double allowed_ = 0;
  size_t to_read_ = 0;
};

}  // namespace plait
