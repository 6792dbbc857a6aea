#include "runtime/tasks/generation.h"

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include <fmt/format.h>

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
  std::optional<int> slot;
  bool done = false;
  // What the repetition penalty looks at; kept only where there is one.
  std::vector<int32_t> seen;
  std::vector<bool> is_seen;

  /// Whether the prompt's keys and values are there but for the last token's, so that an equal prompt can copy them.
  [[nodiscard]] bool has_prompt() const { return cached + 1 >= prompt_tokens; }
  [[nodiscard]] bool reads_prompt() const { return cached + 1 < tokens.size(); }
};

}  // namespace

int64_t SequencesWithRoom(int64_t max_tokens, size_t wanted) {
  int64_t slots = std::clamp(kMaxCacheTokens / max_tokens, int64_t{1}, kMaxConcurrentSequences);
  return std::min(slots, static_cast<int64_t>(wanted));
}

int64_t PassOperations(const CausalLm& model, const GenerationSettings& settings, int64_t tokens) {
  // fp32: four bytes of weights are one multiplication and one addition a token.
  int64_t elements = model.bytes_per_token() / 4;
  return 2 * (tokens * (elements - settings.projection_elements) + settings.projection_elements);
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
    PlanSteps();
    std::span<const float> logits = model_.Forward(steps_, *cache_, team);
    Count();
    auto vocab_size = static_cast<size_t>(model_.vocab_size());
    for (size_t row = 0; row < steps_.size(); ++row) {
      FinishStep(sequences_[stepped_[row]], steps_[row].tokens.size(), logits.subspan(row * vocab_size, vocab_size));
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
  void PlanSteps();
  void Count();
  void FinishStep(Sequence& sequence, size_t step_tokens, std::span<const float> logits);
  int32_t ChooseToken(const Sequence& sequence, std::span<const float> logits);
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
  TokenSampler sampler_;
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

/// One token of each sequence that writes, and prompt tokens up to the limit of a pass.
void GenerationBatch::State::PlanSteps() {
  steps_.clear();
  stepped_.clear();
  auto room = static_cast<size_t>(kPrefillTokens);
  for (size_t i = 0; i < sequences_.size(); ++i) {
    Sequence& sequence = sequences_[i];
    if (!sequence.slot || (sequence.reads_prompt() && room == 0)) {
      continue;
    }
    size_t count = 1;
    if (sequence.reads_prompt()) {
      count = std::min(room, sequence.tokens.size() - sequence.cached);
      room -= count;
    }
    steps_.push_back({*sequence.slot, std::span<const int32_t>(sequence.tokens).subspan(sequence.cached, count)});
    stepped_.push_back(i);
  }
}

void GenerationBatch::State::Count() {
  if (statistics_ == nullptr) {
    return;
  }
  CallStatistics& statistics = *statistics_;
  statistics.bytes_streamed += model_.bytes_per_token();
  for (size_t row = 0; row < steps_.size(); ++row) {
    const Sequence& sequence = sequences_[stepped_[row]];
    auto tokens = static_cast<int64_t>(steps_[row].tokens.size());
    auto prompt_left = static_cast<int64_t>(sequence.prompt_tokens) - static_cast<int64_t>(sequence.cached);
    statistics.prompt_tokens += std::clamp(prompt_left, int64_t{0}, tokens);
    statistics.operations += PassOperations(model_, settings_, tokens);
  }
}

void GenerationBatch::State::FinishStep(Sequence& sequence, size_t step_tokens, std::span<const float> logits) {
  sequence.cached += step_tokens;
  // A request that failed in an earlier row of this pass has already given its slots back.
  if (sequence.done || sequence.cached < sequence.tokens.size()) {
    return;
  }
  if (!AllFinite(logits)) {
    size_t position = sequence.tokens.size();
    FailRequest(sequence.request,
                Error{FailureKind::Arithmetic,
                      fmt::format("the logits after {} tokens are not finite; the model is {}", position, settings_.model_name),
                      "",
                      {}});
    return;
  }
  Append(sequence, ChooseToken(sequence, logits));
  if (statistics_ != nullptr) {
    ++statistics_->new_tokens;
  }
  if (IsComplete(sequence)) {
    Release(sequence);
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
