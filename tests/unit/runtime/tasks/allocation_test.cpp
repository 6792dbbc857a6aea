// What the token loop takes from the heap: nothing.
#include <doctest/doctest.h>

#include <atomic>
#include <cstdlib>
#include <new>

#include "fakes.h"
#include "runtime/tasks/generation.h"
#include "tests/unit/runtime/models/fixture.h"

namespace {

std::atomic<bool> counts_allocations = false;
std::atomic<int> allocations = 0;

}  // namespace

// Every thread of the test program allocates through these.
void* operator new(size_t bytes) {
  if (counts_allocations.load(std::memory_order_relaxed)) {
    ++allocations;
  }
  if (void* memory = std::malloc(bytes > 0 ? bytes : 1)) {
    return memory;
  }
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, size_t /*bytes*/) noexcept { std::free(memory); }

namespace plait {
namespace {

GenerationRequest RequestFor(Tokens prompt, bool do_sample) {
  GenerationRequest request;
  request.prompt_ids = std::move(prompt);
  request.max_length = 60;
  request.num_return_sequences = 2;
  request.sampling.do_sample = do_sample;
  return request;
}

TEST_CASE("after its first tokens a batch allocates nothing until a sequence is done") {
  ThreadPool pool(2);
  pool.Run([](ThreadTeam& team) {
    LoadOptions options;
    options.keeps_draft = true;
    Result<std::unique_ptr<CausalLm>> model = LoadCausalLm(OpenOrFail(OraclePath("gpt2")), options, team);
    REQUIRE(model.ok());
    const std::vector<DraftSource> without_model = {DraftSource::Int8, DraftSource::Text};
    for (const std::vector<DraftSource>& drafts : {{}, without_model, std::vector{DraftSource::Model}}) {
      CAPTURE(drafts.size());
      GenerationSettings settings{"gpt2", {}, 0, drafts, {}};
      settings.draft_model = {model->get(), WeightCopy::Draft, 0};
      CallStatistics statistics;
      GenerationBatch batch(**model, settings, {RequestFor({1, 2, 3}, false), RequestFor({4, 5, 6, 7}, true)}, 1, &statistics);
      while (statistics.new_tokens < 60) {
        batch.Step(team);
      }
      allocations = 0;
      counts_allocations = true;
      while (statistics.new_tokens < 160) {
        batch.Step(team);
      }
      counts_allocations = false;
      CHECK(allocations == 0);
      CHECK_FALSE(batch.is_done());
    }
  });
}

}  // namespace
}  // namespace plait
