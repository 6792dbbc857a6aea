// How a batch guesses tokens ahead of the pass that decides them.
#include "runtime/tasks/generation_state.h"

namespace plait {

/// How many tokens the next pass can decide beside the one that it decides anyway.
int64_t GenerationBatch::State::MostGuesses(const WritingSequence& sequence) const {
  const int64_t left = requests_[sequence.request].max_length - static_cast<int64_t>(sequence.tokens.size()) - 1;
  return std::min(left, kMaxGuesses);
}

/// Appends guesses to the sequences that write: what followed the same words before, where that promises most, or what the model's small
/// copy says.
void GenerationBatch::State::Guess(ThreadTeam& team) {
  int64_t writing = 0;
  for (const WritingSequence& sequence : sequences_) {
    writing += sequence.slot && !sequence.reads_prompt() ? 1 : 0;
  }
  constexpr int64_t kPassesBetweenProbes = 32;
  DraftChoice by_model;
  if (Contains(settings_.drafts, DraftSource::Int8) && model_.has_draft() && writing > 0) {
    by_model = BestGuesses(guessed_by_model_.rate(), costs_, writing, kMaxGuesses);
    passes_without_guesses_ = by_model.guesses > 0 ? 0 : passes_without_guesses_ + 1;
    if (passes_without_guesses_ == kPassesBetweenProbes) {
      // Whether it would be right by now only shows where it is asked.
      by_model.guesses = 1;
      passes_without_guesses_ = 0;
    }
  }
  for (WritingSequence& sequence : sequences_) {
    if (!sequence.slot || sequence.reads_prompt()) {
      continue;
    }
    sequence.is_guessed_by_model = by_model.guesses > 0;
    if (Contains(settings_.drafts, DraftSource::Text) && LookUp(sequence, writing).gain > by_model.gain) {
      sequence.is_guessed_by_model = false;
      sequence.guesses = guesses_.size();
      for (int32_t token : guesses_) {
        Append(sequence, token);
      }
    }
  }
  if (by_model.guesses > 0) {
    GuessWithModel(by_model.guesses, team);
  }
}

/// Puts what followed the sequence's last words before into `guesses_`, and says what it promises.
DraftChoice GenerationBatch::State::LookUp(WritingSequence& sequence, int64_t writing) {
  guesses_.clear();
  const DraftCosts costs{0, costs_.free_rows};
  const DraftChoice choice = BestGuesses(sequence.looked_up.rate(), costs, writing, MostGuesses(sequence));
  if (choice.guesses == 0) {
    return choice;
  }
  others_.clear();
  for (const WritingSequence& other : sequences_) {
    if (&other != &sequence && !other.tokens.empty()) {
      others_.push_back(std::span(other.tokens).first(other.tokens.size() - other.guesses));
    }
  }
  const std::span<const int32_t> found = LookUpGuesses(sequence.tokens, others_, choice.guesses);
  guesses_.assign(found.begin(), found.end());
  return found.empty() ? DraftChoice{} : BestGuesses(sequence.looked_up.rate(), costs, writing, static_cast<int64_t>(found.size()));
}

/// Up to so many guesses of each sequence that is to be guessed so, all of them in each pass over the small copy.
void GenerationBatch::State::GuessWithModel(int64_t guesses, ThreadTeam& team) {
  const auto vocab_size = static_cast<size_t>(model_.vocab_size());
  for (int64_t round = 0; round < guesses; ++round) {
    steps_.clear();
    stepped_.clear();
    for (size_t i = 0; i < sequences_.size(); ++i) {
      const WritingSequence& sequence = sequences_[i];
      const bool goes_on = sequence.slot && sequence.is_guessed_by_model && static_cast<int64_t>(sequence.guesses) == round;
      // The limit moves with the guesses that were appended.
      if (goes_on && !sequence.reads_prompt() && MostGuesses(sequence) > 0) {
        steps_.push_back({*sequence.slot, std::span<const int32_t>(sequence.tokens).last(1), 1});
        stepped_.push_back(i);
      }
    }
    if (steps_.empty()) {
      break;
    }
    std::span<const float> logits = model_.Forward(steps_, WeightCopy::Draft, *cache_, team);
    Count(WeightCopy::Draft);
    for (size_t row = 0; row < steps_.size(); ++row) {
      WritingSequence& sequence = sequences_[stepped_[row]];
      const std::span<const float> own = logits.subspan(row * vocab_size, vocab_size);
      const LogitScan scan = ScanLogits(own);
      if (!scan.all_finite) {
        continue;
      }
      Append(sequence, ChooseToken(sequence, own, scan.token));
      ++sequence.guesses;
    }
  }
  for (const WritingSequence& sequence : sequences_) {
    if (sequence.slot) {
      cache_->CopySequence(*sequence.slot, *sequence.slot, static_cast<int64_t>(sequence.cached));
    }
  }
}

/// Takes the guesses out of the tokens, into `guesses_`.
void GenerationBatch::State::RetractGuesses(WritingSequence& sequence) {
  const size_t sure = sequence.tokens.size() - sequence.guesses;
  guesses_.assign(sequence.tokens.begin() + static_cast<ptrdiff_t>(sure), sequence.tokens.end());
  sequence.guesses = 0;
  sequence.tokens.resize(sure);
  while (sequence.seen.size() > sequence.surely_seen) {
    sequence.is_seen[static_cast<size_t>(sequence.seen.back())] = false;
    sequence.seen.pop_back();
  }
}

void GenerationBatch::State::NoteGuesses(WritingSequence& sequence, size_t right) {
  if (guesses_.empty()) {
    return;
  }
  DraftRecord& record = sequence.is_guessed_by_model ? guessed_by_model_ : sequence.looked_up;
  record.Note(static_cast<int64_t>(guesses_.size()), static_cast<int64_t>(right));
  if (statistics_ != nullptr) {
    statistics_->guessed_tokens += static_cast<int64_t>(guesses_.size());
    statistics_->right_guesses += static_cast<int64_t>(right);
  }
}

}  // namespace plait
