#include "runtime/tasks/generation.h"

#include <algorithm>
#include <utility>

#include "runtime/tasks/generation_state.h"

namespace plait {

size_t EqualTokens(std::span<const int32_t> a, std::span<const int32_t> b) {
  return static_cast<size_t>(std::ranges::mismatch(a, b).in1 - a.begin());
}

int64_t PassOperations(const CausalLm& model, int64_t projection_elements, int64_t tokens, int64_t asking) {
  return 2 * (tokens * (model.weights_per_token() - projection_elements) + asking * projection_elements);
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
