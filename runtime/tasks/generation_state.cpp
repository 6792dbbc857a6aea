#include "runtime/tasks/generation_state.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace plait {
namespace {

double BytesAWeight(const CausalLm& model, WeightCopy copy) {
  return static_cast<double>(model.bytes_per_pass(copy)) / static_cast<double>(model.weights_per_token());
}

DraftCosts CostsOf(const CausalLm& model, const CausalLm& guesser, WeightCopy guessing) {
  const auto bytes = static_cast<double>(model.bytes_per_pass(WeightCopy::Main));
  // As a rule tokens are chosen greedily.
  const double read = bytes - static_cast<double>(model.bytes_saved_by_largest(1));
  DraftCosts costs;
  costs.free_rows = FreeRows(BytesAWeight(model, WeightCopy::Main));
  costs.guess = static_cast<double>(guesser.bytes_per_pass(guessing)) / read;
  return costs;
}

}  // namespace

GenerationBatch::State::State(const CausalLm& model, const GenerationSettings& settings, std::vector<GenerationRequest> requests,
                              uint64_t request_seed, CallStatistics* statistics, std::optional<ReadPrompt> prompt)
    : model_(model),
      requests_(std::move(requests)),
      settings_(settings),
      request_seed_(request_seed),
      statistics_(statistics),
      read_prompt_(std::move(prompt)),
      failures_(requests_.size()),
      costs_(CostsOf(model, model, model.has_draft() ? WeightCopy::Draft : WeightCopy::Main)) {
  AddSequences();
  MakeCache();
}

void GenerationBatch::State::Step(ThreadTeam& team) {
  team.AdmitMembers();
  Admit();
  if (!settings_.drafts.empty()) {
    Guess(team);
  }
  PlanSteps();
  if (past_) {
    AccountForPass();
  }
  std::span<const float> logits = model_.Forward(steps_, WeightCopy::Main, *cache_, team);
  Count();
  for (size_t i = 0; i < steps_.size(); ++i) {
    const auto row_count = static_cast<size_t>(steps_[i].asking) * static_cast<size_t>(model_.vocab_size());
    FinishStep(sequences_[stepped_[i]], steps_[i].tokens.size(), logits.first(row_count));
    logits = logits.subspan(row_count);
  }
}

void GenerationBatch::State::AddSequences() {
  for (size_t i = 0; i < requests_.size(); ++i) {
    for (int64_t r = 0; r < requests_[i].num_return_sequences; ++r) {
      WritingSequence& sequence = sequences_.emplace_back();
      sequence.request = i;
      sequence.return_index = r;
      sequence.prompt_tokens = requests_[i].prompt_ids.size();
    }
  }
}

void GenerationBatch::State::MakeCache() {
  int64_t max_tokens = 1;
  for (const GenerationRequest& request : requests_) {
    // The last token is written and never read.
    max_tokens = std::max(max_tokens, request.max_length - 1);
  }
  const int64_t slots = SequencesWithRoom(read_prompt_ ? model_.max_positions() : max_tokens, static_cast<int64_t>(sequences_.size()));
  cache_ = read_prompt_ ? std::move(read_prompt_->cache) : model_.NewCache(static_cast<int>(slots), max_tokens);
  for (auto slot = static_cast<int>(slots); slot-- > 0;) {
    free_slots_.push_back(slot);
  }
  in_slot_.resize(static_cast<size_t>(slots));
  if (const DraftModel& draft = settings_.draft_model; draft.model != nullptr && Contains(settings_.drafts, DraftSource::Model)) {
    past_.emplace(draft, static_cast<int>(slots), max_tokens);
    model_costs_ = CostsOf(model_, *draft.model, draft.copy);
    model_costs_.guess_free_rows = FreeRows(BytesAWeight(*draft.model, draft.copy));
  }
  steps_.reserve(static_cast<size_t>(slots));
  stepped_.reserve(static_cast<size_t>(slots));
}

void GenerationBatch::State::Admit() {
  while (next_waiting_ < sequences_.size() && (sequences_[next_waiting_].slot || sequences_[next_waiting_].done)) {
    ++next_waiting_;
  }
  for (size_t i = next_waiting_; i < sequences_.size() && !free_slots_.empty(); ++i) {
    if (!sequences_[i].slot && !sequences_[i].done) {
      TryAdmit(i);
    }
  }
}

/// Where the beginning of a prompt is found that was known before, or that another sequence has read, reads, or has left in its slot. The
/// last token of a prompt is run by each sequence itself, since its logits are what the first new token is chosen from.
GenerationBatch::State::SharedPrompt GenerationBatch::State::FindShared(const WritingSequence& sequence) const {
  const std::span<const int32_t> prompt = requests_[sequence.request].prompt_ids;
  auto equal_to = [&](std::span<const int32_t> tokens) { return EqualTokens(prompt.first(prompt.size() - 1), tokens); };
  SharedPrompt best;
  for (const ReadPrompt& start : settings_.prompt_starts) {
    if (const size_t equal = equal_to(start.tokens); equal > best.held) {
      best = {-1, &start, equal, 0};
    }
  }
  if (read_prompt_ && !in_slot_[0]) {
    if (const size_t equal = equal_to(read_prompt_->tokens); equal >= best.held) {
      best = {0, nullptr, equal, 0};
    }
  }
  for (size_t slot = 0; slot < in_slot_.size(); ++slot) {
    if (!in_slot_[slot]) {
      continue;
    }
    const WritingSequence& other = sequences_[*in_slot_[slot]];
    const size_t equal = equal_to(other.tokens);
    const size_t held = std::min(equal, other.cached);
    const size_t coming = other.slot ? equal - held : 0;
    if (held + coming > best.held + best.coming || (held + coming == best.held + best.coming && held > best.held)) {
      best = {static_cast<int>(slot), nullptr, held, coming};
    }
  }
  return best;
}

/// Gives the sequence a slot, with what another has of its prompt copied; waits where another is still reading enough of it.
void GenerationBatch::State::TryAdmit(size_t index) {
  // So many tokens more make a pass longer than another pass takes.
  constexpr size_t kWorthWaitingFor = 8;
  WritingSequence& sequence = sequences_[index];
  const SharedPrompt shared = FindShared(sequence);
  if (shared.coming >= kWorthWaitingFor) {
    return;
  }
  const GenerationRequest& request = requests_[sequence.request];
  // What a sequence that has ended left in a slot is best gone on with there.
  const auto left = std::find(free_slots_.begin(), free_slots_.end(), shared.slot);
  const auto chosen = left != free_slots_.end() ? left : free_slots_.end() - 1;
  const int slot = *chosen;
  free_slots_.erase(chosen);
  sequence.slot = slot;
  sequence.tokens.reserve(static_cast<size_t>(request.max_length));
  for (int32_t token : request.prompt_ids) {
    Append(sequence, token);
  }
  sequence.surely_seen = sequence.seen.size();
  sequence.cached = shared.held;
  const auto held = static_cast<int64_t>(shared.held);
  if (shared.start != nullptr) {
    cache_->CopyFrom(*shared.start->cache, 0, slot, held);
  } else {
    cache_->CopySequence(shared.slot < 0 ? slot : shared.slot, slot, held);
  }
  in_slot_[static_cast<size_t>(slot)] = index;
}

/// One token of each sequence that writes, with its guesses, and prompt tokens up to the limit of a pass.
void GenerationBatch::State::PlanSteps() {
  steps_.clear();
  stepped_.clear();
  auto room = static_cast<size_t>(kPrefillTokens);
  for (size_t i = 0; i < sequences_.size(); ++i) {
    WritingSequence& sequence = sequences_[i];
    if (!sequence.slot || (sequence.reads_prompt() && room == 0)) {
      continue;
    }
    size_t count = 1 + sequence.guesses;
    if (sequence.reads_prompt()) {
      count = std::min(room, sequence.tokens.size() - sequence.cached);
      room -= count;
    }
    const bool reaches_end = sequence.cached + count == sequence.tokens.size();
    steps_.push_back({*sequence.slot, std::span<const int32_t>(sequence.tokens).subspan(sequence.cached, count),
                      reaches_end ? static_cast<int64_t>(1 + sequence.guesses) : 0, WantsOnlyLargest(sequence)});
    stepped_.push_back(i);
  }
}

bool GenerationBatch::State::WantsOnlyLargest(const WritingSequence& sequence) const {
  const SamplingParameters& sampling = requests_[sequence.request].sampling;
  return !sampling.do_sample && sampling.repetition_penalty == 1.0;
}

/// Counts a pass over the weights.
void GenerationBatch::State::Count() {
  if (statistics_ == nullptr) {
    return;
  }
  CountSteps(model_, WeightCopy::Main, settings_.projection_elements);
  ++statistics_->passes;
  int64_t asking = 0;
  bool wants_largest = true;
  for (const CausalLm::Step& step : steps_) {
    asking += step.asking;
    wants_largest = wants_largest && (step.asking == 0 || step.only_largest);
  }
  statistics_->bytes_streamed -= wants_largest ? model_.bytes_saved_by_largest(asking) : 0;
  for (size_t i = 0; i < steps_.size(); ++i) {
    const WritingSequence& sequence = sequences_[stepped_[i]];
    const auto tokens = static_cast<int64_t>(steps_[i].tokens.size());
    const auto prompt_left = static_cast<int64_t>(sequence.prompt_tokens) - static_cast<int64_t>(sequence.cached);
    statistics_->prompt_tokens += std::clamp(prompt_left, int64_t{0}, tokens);
  }
}

/// Counts what the steps read and computed, in whichever weights.
void GenerationBatch::State::CountSteps(const CausalLm& model, WeightCopy copy, int64_t projection_elements) {
  if (statistics_ == nullptr) {
    return;
  }
  statistics_->bytes_streamed += model.bytes_per_pass(copy);
  for (const CausalLm::Step& step : steps_) {
    statistics_->operations += PassOperations(model, projection_elements, static_cast<int64_t>(step.tokens.size()), step.asking);
  }
}

/// Appends the token that follows what the step ran, and goes on through the guesses as long as they are what it would have appended.
/// `logits` has a row for the last token that was sure and one for each guess.
void GenerationBatch::State::FinishStep(WritingSequence& sequence, size_t step_tokens, std::span<const float> logits) {
  // A request that failed in an earlier row of this pass has already given its slots back.
  if (sequence.done) {
    return;
  }
  RetractGuesses(sequence);
  sequence.cached += step_tokens - guesses_.size();
  size_t right = 0;
  while (!logits.empty()) {
    const auto row = logits.first(static_cast<size_t>(model_.vocab_size()));
    logits = logits.subspan(row.size());
    const LogitScan scan = ScanLogits(row);
    if (!scan.all_finite) {
      size_t position = sequence.tokens.size();
      FailRequest(sequence.request,
                  Error{FailureKind::Arithmetic,
                        fmt::format("the logits after {} tokens are not finite; the model is {}", position, settings_.model_name),
                        "",
                        {}});
      return;
    }
    Append(sequence, ChooseToken(sequence, row, scan.token));
    sequence.surely_seen = sequence.seen.size();
    if (statistics_ != nullptr) {
      ++statistics_->new_tokens;
    }
    const bool is_right = right < guesses_.size() && sequence.tokens.back() == guesses_[right];
    right += is_right ? 1 : 0;
    if (IsComplete(sequence)) {
      NoteGuesses(sequence, right);
      Release(sequence);
      return;
    }
    if (!is_right) {
      break;
    }
    ++sequence.cached;
  }
  NoteGuesses(sequence, right);
  cache_->CopySequence(*sequence.slot, *sequence.slot, static_cast<int64_t>(sequence.cached));
}

/// `largest` is the token with the largest of the logits.
int32_t GenerationBatch::State::ChooseToken(const WritingSequence& sequence, std::span<const float> logits, int32_t largest) {
  const GenerationRequest& request = requests_[sequence.request];
  const bool is_greedy = !request.sampling.do_sample;
  if (request.sampling.repetition_penalty != 1.0) {
    scores_.assign(logits.begin(), logits.end());
    PenalizeRepetition(scores_, sequence.seen, request.sampling.repetition_penalty);
    logits = scores_;
    largest = is_greedy ? ArgMax(scores_) : largest;
  }
  if (is_greedy) {
    return largest;
  }
  size_t new_tokens = sequence.tokens.size() - sequence.prompt_tokens;
  double uniform = UniformDraw(request_seed_, request.seed, static_cast<uint64_t>(sequence.return_index), new_tokens);
  return DrawToken(sampler_.Distribution(logits, request.sampling), uniform);
}

void GenerationBatch::State::Append(WritingSequence& sequence, int32_t token) {
  sequence.tokens.push_back(token);
  if (requests_[sequence.request].sampling.repetition_penalty == 1.0) {
    return;
  }
  sequence.is_seen.resize(static_cast<size_t>(model_.vocab_size()));
  if (!sequence.is_seen[static_cast<size_t>(token)]) {
    sequence.is_seen[static_cast<size_t>(token)] = true;
    sequence.seen.push_back(token);
  }
}

bool GenerationBatch::State::IsComplete(const WritingSequence& sequence) const {
  const GenerationRequest& request = requests_[sequence.request];
  const std::vector<int32_t>& ends = request.eos_token_ids;
  return static_cast<int64_t>(sequence.tokens.size()) >= request.max_length ||
         std::find(ends.begin(), ends.end(), sequence.tokens.back()) != ends.end() ||
         EndsWithStop(sequence.tokens, request.stop, settings_.decode);
}

void GenerationBatch::State::Release(WritingSequence& sequence) {
  sequence.done = true;
  ++done_;
  if (sequence.slot) {
    free_slots_.push_back(*sequence.slot);
    sequence.slot.reset();
  }
}

void GenerationBatch::State::FailRequest(size_t request, const Error& error) {
  failures_[request] = error;
  for (WritingSequence& sequence : sequences_) {
    if (sequence.request == request && !sequence.done) {
      Release(sequence);
    }
  }
}

void GenerationBatch::State::FailUnfinished(const Error& error) {
  for (size_t i = 0; i < sequences_.size(); ++i) {
    if (!sequences_[i].done) {
      FailRequest(sequences_[i].request, error);
    }
  }
}

std::span<const int32_t> GenerationBatch::State::WrittenByFirst() const {
  const WritingSequence& sequence = sequences_[0];
  return std::span(sequence.tokens).subspan(std::min(sequence.prompt_tokens, sequence.tokens.size()));
}

std::vector<Result<std::vector<NewTokens>>> GenerationBatch::State::Results() const {
  std::vector<std::vector<NewTokens>> written(requests_.size());
  for (const WritingSequence& sequence : sequences_) {
    auto begin = sequence.tokens.begin() + static_cast<ptrdiff_t>(std::min(sequence.prompt_tokens, sequence.tokens.size()));
    written[sequence.request].emplace_back(begin, sequence.tokens.end());
  }
  std::vector<Result<std::vector<NewTokens>>> results;
  for (size_t i = 0; i < requests_.size(); ++i) {
    if (failures_[i]) {
      results.emplace_back(*failures_[i]);
    } else {
      results.emplace_back(std::move(written[i]));
    }
  }
  return results;
}

}  // namespace plait
