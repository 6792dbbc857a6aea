#include "runtime/tasks/generation.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "runtime/tasks/drafts.h"

namespace plait {
namespace {

/// One return sequence of one request, from waiting through reading its prompt to writing.
struct Sequence {
  size_t request = 0;
  int64_t return_index = 0;
  /// Equal for sequences with equal prompts.
  size_t prompt = 0;
  std::vector<int32_t> tokens;
  size_t prompt_tokens = 0;
  /// How many of `tokens` the cache holds.
  size_t cached = 0;
  /// How many of `tokens`, at their end, are guesses that the next pass decides on.
  size_t guesses = 0;
  bool is_guessed_by_model = false;
  /// How right what was looked up has been.
  DraftRecord looked_up{0.5};
  std::optional<int> slot;
  bool done = false;
  // What the repetition penalty looks at; kept only where there is one.
  std::vector<int32_t> seen;
  std::vector<bool> is_seen;
  /// How many of `seen` do not come from guesses.
  size_t surely_seen = 0;

  /// Whether the prompt's keys and values are there but for the last token's, so that an equal prompt can copy them.
  [[nodiscard]] bool has_prompt() const { return cached + 1 >= prompt_tokens; }
  [[nodiscard]] bool reads_prompt() const { return cached + 1 < tokens.size() - guesses; }
};

}  // namespace

int64_t SequencesWithRoom(int64_t max_tokens, size_t wanted) {
  int64_t slots = std::clamp(kMaxCacheTokens / max_tokens, int64_t{1}, kMaxConcurrentSequences);
  return std::min(slots, static_cast<int64_t>(wanted));
}

int64_t PassOperations(const CausalLm& model, const GenerationSettings& settings, int64_t tokens, int64_t asking) {
  return 2 * (tokens * (model.weights_per_token() - settings.projection_elements) + asking * settings.projection_elements);
}

class GenerationBatch::State {
 public:
  State(const CausalLm& model, const GenerationSettings& settings, std::vector<GenerationRequest> requests, uint64_t request_seed,
        CallStatistics* statistics, std::optional<ReadPrompt> prompt)
      : model_(model),
        requests_(std::move(requests)),
        settings_(settings),
        request_seed_(request_seed),
        statistics_(statistics),
        read_prompt_(std::move(prompt)),
        failures_(requests_.size()) {
    AddSequences();
    MakeCache();
  }

  [[nodiscard]] bool is_done() const { return done_ == sequences_.size(); }

  void Step(ThreadTeam& team) {
    team.AdmitMembers();
    Admit();
    if (!settings_.drafts.empty()) {
      Guess(team);
    }
    PlanSteps();
    std::span<const float> logits = model_.Forward(steps_, WeightCopy::Main, *cache_, team);
    Count(WeightCopy::Main);
    for (size_t i = 0; i < steps_.size(); ++i) {
      const auto row_count = static_cast<size_t>(steps_[i].asking) * static_cast<size_t>(model_.vocab_size());
      FinishStep(sequences_[stepped_[i]], steps_[i].tokens.size(), logits.first(row_count));
      logits = logits.subspan(row_count);
    }
  }

  void FailUnfinished(const Error& error);
  [[nodiscard]] std::span<const int32_t> WrittenByFirst() const;
  [[nodiscard]] std::vector<Result<std::vector<NewTokens>>> Results() const;

 private:
  void AddSequences();
  void MakeCache();
  void Admit();
  void TryAdmit(Sequence& sequence);
  size_t ReadAhead(const GenerationRequest& request);
  void Guess(ThreadTeam& team);
  [[nodiscard]] bool HasDraft(DraftSource source) const { return std::ranges::find(settings_.drafts, source) != settings_.drafts.end(); }
  [[nodiscard]] int64_t MostGuesses(const Sequence& sequence) const;
  [[nodiscard]] DraftCosts Costs() const;
  DraftChoice LookUp(Sequence& sequence, int64_t writing);
  void GuessWithModel(int64_t guesses, ThreadTeam& team);
  void RetractGuesses(Sequence& sequence);
  void PlanSteps();
  void Count(WeightCopy copy);
  void FinishStep(Sequence& sequence, size_t step_tokens, std::span<const float> logits);
  int32_t ChooseToken(const Sequence& sequence, std::span<const float> logits);
  void NoteGuesses(Sequence& sequence, size_t right);
  void Append(Sequence& sequence, int32_t token);
  [[nodiscard]] bool IsComplete(const Sequence& sequence) const;
  void Release(Sequence& sequence);
  void FailRequest(size_t request, const Error& error);

  const CausalLm& model_;
  std::vector<GenerationRequest> requests_;
  const GenerationSettings& settings_;
  uint64_t request_seed_;
  CallStatistics* statistics_;
  std::optional<ReadPrompt> read_prompt_;

  std::vector<Sequence> sequences_;
  std::vector<std::optional<Error>> failures_;
  size_t done_ = 0;
  /// The first sequence that may still wait for a slot.
  size_t next_waiting_ = 0;
  std::unique_ptr<KeyValueCache> cache_;
  std::vector<int> free_slots_;

  // Used anew in each pass.
  std::vector<CausalLm::Step> steps_;
  std::vector<size_t> stepped_;
  std::vector<float> scores_;
  std::vector<int32_t> guesses_;
  TokenSampler sampler_;

  /// How right the model's small copy has been, and how many passes went by without asking it.
  DraftRecord guessed_by_model_{0.9};
  int64_t passes_without_guesses_ = 0;
};

void GenerationBatch::State::AddSequences() {
  std::map<std::span<const int32_t>, size_t, decltype([](std::span<const int32_t> a, std::span<const int32_t> b) {
             return std::lexicographical_compare(a.begin(), a.end(), b.begin(), b.end());
           })>
      prompts;
  for (size_t i = 0; i < requests_.size(); ++i) {
    const GenerationRequest& request = requests_[i];
    size_t prompt = prompts.try_emplace(request.prompt_ids, prompts.size()).first->second;
    for (int64_t r = 0; r < request.num_return_sequences; ++r) {
      Sequence& sequence = sequences_.emplace_back();
      sequence.request = i;
      sequence.return_index = r;
      sequence.prompt = prompt;
      sequence.prompt_tokens = request.prompt_ids.size();
    }
  }
}

void GenerationBatch::State::MakeCache() {
  int64_t max_tokens = 1;
  for (const GenerationRequest& request : requests_) {
    // The last token is written and never read.
    max_tokens = std::max(max_tokens, request.max_length - 1);
  }
  int64_t slots =
      read_prompt_ ? SequencesWithRoom(model_.max_positions(), sequences_.size()) : SequencesWithRoom(max_tokens, sequences_.size());
  cache_ = read_prompt_ ? std::move(read_prompt_->cache) : model_.NewCache(static_cast<int>(slots), max_tokens);
  for (auto slot = static_cast<int>(slots); slot-- > 0;) {
    free_slots_.push_back(slot);
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
      TryAdmit(sequences_[i]);
    }
  }
}

/// Gives the sequence a slot, with its prompt copied from another that has it; waits where another is still reading it.
void GenerationBatch::State::TryAdmit(Sequence& sequence) {
  const Sequence* source = nullptr;
  for (const Sequence& other : sequences_) {
    if (other.slot && other.prompt == sequence.prompt) {
      source = &other;
      break;
    }
  }
  if (source != nullptr && !source->has_prompt()) {
    return;
  }
  const GenerationRequest& request = requests_[sequence.request];
  int slot = free_slots_.back();
  free_slots_.pop_back();
  sequence.slot = slot;
  sequence.tokens.reserve(static_cast<size_t>(request.max_length));
  for (int32_t token : request.prompt_ids) {
    Append(sequence, token);
  }
  sequence.surely_seen = sequence.seen.size();
  // The last token is run by each sequence itself, since its logits are what the first new token is chosen from.
  sequence.cached = source == nullptr ? ReadAhead(request) : sequence.prompt_tokens - 1;
  cache_->CopySequence(source == nullptr ? slot : *source->slot, slot, static_cast<int64_t>(sequence.cached));
}

/// How many of the prompt's tokens but the last the cache holds already, once: what a sequence writes takes their place.
size_t GenerationBatch::State::ReadAhead(const GenerationRequest& request) {
  if (!read_prompt_) {
    return 0;
  }
  const std::vector<int32_t>& read = read_prompt_->tokens;
  auto [differs, end] = std::mismatch(read.begin(), read.end(), request.prompt_ids.begin(), request.prompt_ids.end());
  auto equal = static_cast<size_t>(differs - read.begin());
  read_prompt_->tokens.clear();
  return std::min(equal, request.prompt_ids.size() - 1);
}

/// How many tokens the next pass can decide beside the one that it decides anyway.
int64_t GenerationBatch::State::MostGuesses(const Sequence& sequence) const {
  const int64_t left = requests_[sequence.request].max_length - static_cast<int64_t>(sequence.tokens.size()) - 1;
  return std::min(left, kMaxGuesses);
}

DraftCosts GenerationBatch::State::Costs() const {
  const auto bytes = static_cast<double>(model_.bytes_per_pass(WeightCopy::Main));
  DraftCosts costs;
  costs.free_rows = FreeRows(bytes / static_cast<double>(model_.weights_per_token()));
  costs.guess = model_.has_draft() ? static_cast<double>(model_.bytes_per_pass(WeightCopy::Draft)) / bytes : 1;
  return costs;
}

/// Appends guesses to the sequences that write: what followed the same words before, where that promises most, or what the model's small
/// copy says.
void GenerationBatch::State::Guess(ThreadTeam& team) {
  int64_t writing = 0;
  for (const Sequence& sequence : sequences_) {
    writing += sequence.slot && !sequence.reads_prompt() ? 1 : 0;
  }
  constexpr int64_t kPassesBetweenProbes = 32;
  DraftChoice by_model;
  if (HasDraft(DraftSource::Int8) && model_.has_draft() && writing > 0) {
    by_model = BestGuesses(guessed_by_model_.rate(), Costs(), writing, kMaxGuesses);
    passes_without_guesses_ = by_model.guesses > 0 ? 0 : passes_without_guesses_ + 1;
    if (passes_without_guesses_ == kPassesBetweenProbes) {
      // Whether it would be right by now only shows where it is asked.
      by_model.guesses = 1;
      passes_without_guesses_ = 0;
    }
  }
  for (Sequence& sequence : sequences_) {
    if (!sequence.slot || sequence.reads_prompt()) {
      continue;
    }
    sequence.is_guessed_by_model = by_model.guesses > 0;
    if (HasDraft(DraftSource::Text) && LookUp(sequence, writing).gain > by_model.gain) {
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
DraftChoice GenerationBatch::State::LookUp(Sequence& sequence, int64_t writing) {
  guesses_.clear();
  DraftCosts costs = Costs();
  costs.guess = 0;
  const DraftChoice choice = BestGuesses(sequence.looked_up.rate(), costs, writing, MostGuesses(sequence));
  if (choice.guesses == 0) {
    return choice;
  }
  std::vector<std::span<const int32_t>> others;
  for (const Sequence& other : sequences_) {
    if (&other != &sequence && !other.tokens.empty()) {
      others.push_back(std::span(other.tokens).first(other.tokens.size() - other.guesses));
    }
  }
  const std::span<const int32_t> found = LookUpGuesses(sequence.tokens, others, choice.guesses);
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
      const Sequence& sequence = sequences_[i];
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
      Sequence& sequence = sequences_[stepped_[row]];
      const std::span<const float> own = logits.subspan(row * vocab_size, vocab_size);
      if (!AllFinite(own)) {
        continue;
      }
      Append(sequence, ChooseToken(sequence, own));
      ++sequence.guesses;
    }
  }
  for (const Sequence& sequence : sequences_) {
    if (sequence.slot) {
      cache_->CopySequence(*sequence.slot, *sequence.slot, static_cast<int64_t>(sequence.cached));
    }
  }
}

/// Takes the guesses out of the tokens, into `guesses_`.
void GenerationBatch::State::RetractGuesses(Sequence& sequence) {
  const size_t sure = sequence.tokens.size() - sequence.guesses;
  guesses_.assign(sequence.tokens.begin() + static_cast<ptrdiff_t>(sure), sequence.tokens.end());
  sequence.guesses = 0;
  sequence.tokens.resize(sure);
  while (sequence.seen.size() > sequence.surely_seen) {
    sequence.is_seen[static_cast<size_t>(sequence.seen.back())] = false;
    sequence.seen.pop_back();
  }
}

/// One token of each sequence that writes, with its guesses, and prompt tokens up to the limit of a pass.
void GenerationBatch::State::PlanSteps() {
  steps_.clear();
  stepped_.clear();
  auto room = static_cast<size_t>(kPrefillTokens);
  for (size_t i = 0; i < sequences_.size(); ++i) {
    Sequence& sequence = sequences_[i];
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
                      reaches_end ? static_cast<int64_t>(1 + sequence.guesses) : 0});
    stepped_.push_back(i);
  }
}

void GenerationBatch::State::Count(WeightCopy copy) {
  if (statistics_ == nullptr) {
    return;
  }
  CallStatistics& statistics = *statistics_;
  statistics.bytes_streamed += model_.bytes_per_pass(copy);
  statistics.passes += copy == WeightCopy::Main ? 1 : 0;
  for (size_t i = 0; i < steps_.size(); ++i) {
    const Sequence& sequence = sequences_[stepped_[i]];
    auto tokens = static_cast<int64_t>(steps_[i].tokens.size());
    if (copy == WeightCopy::Main) {
      auto prompt_left = static_cast<int64_t>(sequence.prompt_tokens) - static_cast<int64_t>(sequence.cached);
      statistics.prompt_tokens += std::clamp(prompt_left, int64_t{0}, tokens);
    }
    statistics.operations += PassOperations(model_, settings_, tokens, steps_[i].asking);
  }
}

/// Appends the token that follows what the step ran, and goes on through the guesses as long as they are what it would have appended.
/// `logits` has a row for the last token that was sure and one for each guess.
void GenerationBatch::State::FinishStep(Sequence& sequence, size_t step_tokens, std::span<const float> logits) {
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
    if (!AllFinite(row)) {
      size_t position = sequence.tokens.size();
      FailRequest(sequence.request,
                  Error{FailureKind::Arithmetic,
                        fmt::format("the logits after {} tokens are not finite; the model is {}", position, settings_.model_name),
                        "",
                        {}});
      return;
    }
    Append(sequence, ChooseToken(sequence, row));
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

void GenerationBatch::State::NoteGuesses(Sequence& sequence, size_t right) {
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

int32_t GenerationBatch::State::ChooseToken(const Sequence& sequence, std::span<const float> logits) {
  const GenerationRequest& request = requests_[sequence.request];
  if (request.sampling.repetition_penalty != 1.0) {
    scores_.assign(logits.begin(), logits.end());
    PenalizeRepetition(scores_, sequence.seen, request.sampling.repetition_penalty);
    logits = scores_;
  }
  if (!request.sampling.do_sample) {
    return ArgMax(logits);
  }
  size_t new_tokens = sequence.tokens.size() - sequence.prompt_tokens;
  double uniform = UniformDraw(request_seed_, request.seed, static_cast<uint64_t>(sequence.return_index), new_tokens);
  return DrawToken(sampler_.Distribution(logits, request.sampling), uniform);
}

void GenerationBatch::State::Append(Sequence& sequence, int32_t token) {
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

bool GenerationBatch::State::IsComplete(const Sequence& sequence) const {
  const GenerationRequest& request = requests_[sequence.request];
  const std::vector<int32_t>& ends = request.eos_token_ids;
  return static_cast<int64_t>(sequence.tokens.size()) >= request.max_length ||
         std::find(ends.begin(), ends.end(), sequence.tokens.back()) != ends.end() ||
         EndsWithStop(sequence.tokens, request.stop, settings_.decode);
}

void GenerationBatch::State::Release(Sequence& sequence) {
  sequence.done = true;
  ++done_;
  if (sequence.slot) {
    free_slots_.push_back(*sequence.slot);
    sequence.slot.reset();
  }
}

void GenerationBatch::State::FailRequest(size_t request, const Error& error) {
  failures_[request] = error;
  for (Sequence& sequence : sequences_) {
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
  const Sequence& sequence = sequences_[0];
  return std::span(sequence.tokens).subspan(std::min(sequence.prompt_tokens, sequence.tokens.size()));
}

std::vector<Result<std::vector<NewTokens>>> GenerationBatch::State::Results() const {
  std::vector<std::vector<NewTokens>> written(requests_.size());
  for (const Sequence& sequence : sequences_) {
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

GenerationBatch::GenerationBatch(const CausalLm& model, const GenerationSettings& settings, std::vector<GenerationRequest> requests,
                                 uint64_t request_seed, CallStatistics* statistics, std::optional<ReadPrompt> prompt)
    : state_(std::make_unique<State>(model, settings, std::move(requests), request_seed, statistics, std::move(prompt))) {}
GenerationBatch::~GenerationBatch() = default;

bool GenerationBatch::is_done() const { return state_->is_done(); }
void GenerationBatch::Step(ThreadTeam& team) { state_->Step(team); }
void GenerationBatch::Fail(const Error& error) { state_->FailUnfinished(error); }
std::span<const int32_t> GenerationBatch::WrittenByFirst() const { return state_->WrittenByFirst(); }
std::vector<Result<std::vector<NewTokens>>> GenerationBatch::Results() const { return state_->Results(); }

std::vector<Result<std::vector<NewTokens>>> Generate(const CausalLm& model, std::vector<GenerationRequest> requests,
                                                     const GenerationSettings& settings, const CallContext& context,
                                                     std::optional<ReadPrompt> prompt) {
  if (requests.empty()) {
    return {};
  }
  GenerationBatch batch(model, settings, std::move(requests), context.request_seed, context.statistics, std::move(prompt));
  while (!batch.is_done()) {
    if (auto may_go_on = context.cancellation.Check(); !may_go_on.ok()) {
      batch.Fail(may_go_on.error());
      break;
    }
    batch.Step(context.team);
  }
  return batch.Results();
}

}  // namespace plait
