// How a batch guesses tokens ahead of the pass that decides them.
#include <algorithm>

#include "runtime/tasks/generation_state.h"

namespace plait {

namespace {

/// A single guess, of which nothing is promised.
constexpr DraftChoice kProbe{1, 1};

}  // namespace

int64_t GenerationBatch::State::TokensLeft(const WritingSequence& sequence) const {
  return requests_[sequence.request].max_length - static_cast<int64_t>(sequence.tokens.size());
}

/// How many tokens the next pass can decide beside the one that it decides anyway.
int64_t GenerationBatch::State::MostGuesses(const WritingSequence& sequence) const {
  return std::min(TokensLeft(sequence) - 1, kMaxGuesses);
}

/// Appends guesses to the sequences that write: what promises most of what followed the same words before, what the model's small copy says
/// and what a smaller model does.
void GenerationBatch::State::Guess(ThreadTeam& team) {
  writing_ = std::ranges::count_if(sequences_, &WritingSequence::writes);
  if (writing_ == 0) {
    return;
  }
  const Promise by_copy = PromiseOfCopy();
  const Promise by_model = PromiseOfModel(by_copy.choice);
  bool asks_model = false;
  for (WritingSequence& sequence : sequences_) {
    if (!sequence.writes()) {
      continue;
    }
    const DraftChoice by_text = Contains(settings_.drafts, DraftSource::Text) ? LookUp(sequence) : DraftChoice{};
    const double other_gain = std::max(by_copy.choice.gain, by_text.gain);
    const bool wants_model = by_model.is_probe ? by_text.guesses == 0 : by_model.choice.gain > other_gain;
    sequence.guessed_by = by_copy.choice.guesses > 0 ? DraftSource::Int8 : DraftSource::Text;
    if (wants_model && CanFollow(sequence, by_model)) {
      sequence.guessed_by = DraftSource::Model;
      asks_model = true;
    } else if (by_text.gain > by_copy.choice.gain) {
      sequence.guessed_by = DraftSource::Text;
      sequence.guesses = guesses_.size();
      for (int32_t token : guesses_) {
        Append(sequence, token);
      }
    }
  }
  if (asks_model) {
    by_model.is_probe ? model_probe_.Probed() : model_probe_.Reset();
    GuessWith(DraftSource::Model, by_model.choice.guesses, team);
  }
  if (by_copy.choice.guesses > 0) {
    GuessWith(DraftSource::Int8, by_copy.choice.guesses, team);
  }
}

GenerationBatch::State::Promise GenerationBatch::State::PromiseOfCopy() {
  if (!Contains(settings_.drafts, DraftSource::Int8) || !model_.has_draft()) {
    return {};
  }
  const DraftChoice choice = BestGuesses(guessed_by_copy_.rate(), costs_, writing_, kMaxGuesses);
  if (choice.guesses > 0) {
    copy_probe_.Reset();
    return {choice};
  }
  // Where not even right guesses would pay, since many sequences write, nothing is to be learned.
  const bool could_pay = BestGuesses(1, costs_, writing_, kMaxGuesses).guesses > 0;
  if (!could_pay || !copy_probe_.IsDue()) {
    return {};
  }
  copy_probe_.Probed();
  return {kProbe, true};
}

/// `by_copy` is what the small copy promises.
GenerationBatch::State::Promise GenerationBatch::State::PromiseOfModel(const DraftChoice& by_copy) {
  if (!past_) {
    return {};
  }
  int64_t passes_to_come = 0;
  for (const WritingSequence& sequence : sequences_) {
    passes_to_come = std::max(passes_to_come, sequence.writes() ? TokensLeft(sequence) : 0);
  }
  allowed_ = account_.Allowed(static_cast<double>(passes_to_come));
  to_read_ = 0;
  const DraftChoice choice = BestGuesses(guessed_by_model_.rate(), model_costs_, writing_, kMaxGuesses);
  if (choice.gain > by_copy.gain) {
    return {choice};
  }
  return model_probe_.IsDue() ? Promise{kProbe, true} : Promise{};
}

/// Whether the smaller model can guess what follows, and whether it pays to have it read what it has not read yet.
bool GenerationBatch::State::CanFollow(const WritingSequence& sequence, const Promise& promise) {
  if (MostGuesses(sequence) < 1 || static_cast<int64_t>(sequence.tokens.size()) > past_->max_tokens()) {
    return false;
  }
  const size_t to_read = sequence.tokens.size() - past_->Align(*sequence.slot, sequence.tokens);
  auto reading = [&](size_t tokens) { return model_costs_.OfGuessing(static_cast<double>(tokens)); };
  const auto guesses = static_cast<double>(promise.choice.guesses);
  const auto writing = static_cast<double>(writing_);
  const double guessing =
      (guesses - 1) * model_costs_.OfGuessing(writing) + costs_.OfPass(writing * (1 + guesses)) - costs_.OfPass(writing);
  const double saved = static_cast<double>(TokensLeft(sequence)) * (1 - 1 / promise.choice.gain) / writing;
  const bool pays = promise.is_probe || reading(to_read) - model_costs_.guess <= saved;
  if (!pays || reading(to_read_ + to_read) + guessing > allowed_) {
    return false;
  }
  to_read_ += to_read;
  return true;
}

/// Puts what followed the sequence's last words before into `guesses_`, and says what it promises.
DraftChoice GenerationBatch::State::LookUp(WritingSequence& sequence) {
  guesses_.clear();
  const DraftCosts costs{0, costs_.free_rows};
  const DraftChoice choice = BestGuesses(sequence.looked_up.rate(), costs, writing_, MostGuesses(sequence));
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
  return found.empty() ? DraftChoice{} : BestGuesses(sequence.looked_up.rate(), costs, writing_, static_cast<int64_t>(found.size()));
}

/// Up to so many guesses of each sequence that is to be guessed so, all of them in each pass over what guesses.
void GenerationBatch::State::GuessWith(DraftSource source, int64_t guesses, ThreadTeam& team) {
  for (int64_t round = 0; round < guesses; ++round) {
    PlanGuesses(source, round);
    if (steps_.empty()) {
      break;
    }
    TakeGuesses(source == DraftSource::Model ? RunModel(team) : RunCopy(team));
  }
  if (source == DraftSource::Model) {
    return;
  }
  for (const WritingSequence& sequence : sequences_) {
    if (sequence.slot) {
      cache_->CopySequence(*sequence.slot, *sequence.slot, static_cast<int64_t>(sequence.cached));
    }
  }
}

void GenerationBatch::State::PlanGuesses(DraftSource source, int64_t round) {
  steps_.clear();
  stepped_.clear();
  auto room = static_cast<size_t>(kPrefillTokens);
  for (size_t i = 0; i < sequences_.size(); ++i) {
    const WritingSequence& sequence = sequences_[i];
    const bool goes_on = sequence.writes() && sequence.guessed_by == source && static_cast<int64_t>(sequence.guesses) == round;
    // The limit moves with the guesses that were appended.
    if (!goes_on || MostGuesses(sequence) < 1) {
      continue;
    }
    CausalLm::Step step{*sequence.slot, std::span<const int32_t>(sequence.tokens).last(1), 1};
    if (source == DraftSource::Model && !PlanReading(sequence, room, step)) {
      continue;
    }
    steps_.push_back(step);
    stepped_.push_back(i);
  }
}

/// Makes the step begin where the smaller model has read to. Where that is more than a pass may have decided, it takes as many as there is
/// `room` for. False where the model cannot go on, or what it is to read comes with another step of this pass.
bool GenerationBatch::State::PlanReading(const WritingSequence& sequence, size_t& room, CausalLm::Step& step) {
  constexpr size_t kMostDecided = kMaxGuesses + 1;
  if (static_cast<int64_t>(sequence.tokens.size()) > past_->max_tokens()) {
    return false;
  }
  const size_t held = past_->Align(*sequence.slot, sequence.tokens);
  if (past_->IsComing(steps_, sequence.tokens, held)) {
    return false;
  }
  const size_t to_read = sequence.tokens.size() - held;
  const size_t count = to_read <= kMostDecided ? to_read : std::min(to_read, room);
  if (count == 0) {
    return false;
  }
  step.tokens = std::span<const int32_t>(sequence.tokens).subspan(held, count);
  step.asking = count == to_read ? 1 : 0;
  room -= to_read <= kMostDecided ? 0 : count;
  return true;
}

std::span<const float> GenerationBatch::State::RunCopy(ThreadTeam& team) {
  const std::span<const float> logits = model_.Forward(steps_, WeightCopy::Draft, *cache_, team);
  CountSteps(model_, WeightCopy::Draft, settings_.projection_elements);
  return logits;
}

std::span<const float> GenerationBatch::State::RunModel(ThreadTeam& team) {
  const std::span<const float> logits = past_->Forward(steps_, team);
  size_t rows = 0;
  for (const CausalLm::Step& step : steps_) {
    rows += step.tokens.size();
  }
  account_.Spent(model_costs_.OfGuessing(static_cast<double>(rows)));
  const DraftModel& draft = settings_.draft_model;
  CountSteps(*draft.model, draft.copy, draft.projection_elements);
  return logits;
}

/// Appends what the logits of the steps that ask for them say.
void GenerationBatch::State::TakeGuesses(std::span<const float> logits) {
  const auto vocab_size = static_cast<size_t>(model_.vocab_size());
  for (size_t i = 0; i < steps_.size(); ++i) {
    if (steps_[i].asking == 0) {
      continue;
    }
    const std::span<const float> own = logits.first(vocab_size);
    logits = logits.subspan(vocab_size);
    const LogitScan scan = ScanLogits(own);
    if (scan.all_finite) {
      WritingSequence& sequence = sequences_[stepped_[i]];
      Append(sequence, ChooseToken(sequence, own, scan.token));
      ++sequence.guesses;
    }
  }
}

/// Tells the account what the pass that is planned would take without the smaller model's guesses, and what they add to it.
void GenerationBatch::State::AccountForPass() {
  size_t rows = 0;
  size_t guesses = 0;
  size_t by_model = 0;
  for (size_t i = 0; i < steps_.size(); ++i) {
    const WritingSequence& sequence = sequences_[stepped_[i]];
    rows += steps_[i].tokens.size();
    guesses += sequence.guesses;
    by_model += sequence.guessed_by == DraftSource::Model ? sequence.guesses : 0;
  }
  auto cost = [&](size_t of_rows) { return costs_.OfPass(static_cast<double>(of_rows)); };
  account_.Made(cost(rows - guesses));
  account_.Spent(cost(rows) - cost(rows - by_model));
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
  DraftRecord& record = sequence.guessed_by == DraftSource::Text   ? sequence.looked_up
                        : sequence.guessed_by == DraftSource::Int8 ? guessed_by_copy_
                                                                   : guessed_by_model_;
  record.Note(static_cast<int64_t>(guesses_.size()), static_cast<int64_t>(right));
  if (sequence.guessed_by == DraftSource::Model) {
    account_.Saved(static_cast<double>(right) / static_cast<double>(writing_));
  }
  if (statistics_ != nullptr) {
    statistics_->guessed_tokens += static_cast<int64_t>(guesses_.size());
    statistics_->right_guesses += static_cast<int64_t>(right);
  }
}

}  // namespace plait
