// The token loop on fake decoders: what is written, when it ends, what shares a pass.
#include "runtime/tasks/generation.h"
#include "runtime/tasks/prompt_reader.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <string>

#include "fakes.h"

namespace plait {
namespace {

GenerationRequest Greedy(Tokens prompt_ids, int64_t max_length) {
  GenerationRequest request;
  request.prompt_ids = std::move(prompt_ids);
  request.max_length = max_length;
  return request;
}

GenerationRequest Sampled(Tokens prompt_ids, int64_t max_length, int64_t num_return_sequences, uint64_t seed = 0) {
  GenerationRequest request = Greedy(std::move(prompt_ids), max_length);
  request.sampling.do_sample = true;
  request.num_return_sequences = num_return_sequences;
  request.seed = seed;
  return request;
}

const GenerationSettings kSettings{"models/fake", DecodeLetters, 100, {}, {}};

using Results = std::vector<Result<std::vector<NewTokens>>>;

/// What `Generate` gives where no request fails.
std::vector<std::vector<NewTokens>> Write(const CausalLm& model, const std::vector<GenerationRequest>& requests, uint64_t seed = 0) {
  std::vector<std::vector<NewTokens>> written;
  WithContext(
      [&](CallContext& context) {
        for (auto& result : Generate(model, requests, kSettings, context)) {
          REQUIRE(result.ok());
          written.push_back(*std::move(result));
        }
      },
      seed);
  return written;
}

/// A decoder whose logits depend on every token so far and on nothing else.
FakeLm HashingLm(int64_t vocab_size, int64_t max_positions = 1024) {
  return {vocab_size, max_positions, [=](const Tokens& tokens) {
            uint64_t hash = 1469598103934665603U;
            for (int32_t token : tokens) {
              hash = (hash ^ static_cast<uint64_t>(token)) * 1099511628211U;
            }
            std::vector<float> row;
            for (int64_t i = 0; i < vocab_size; ++i) {
              hash = hash * 6364136223846793005U + 1442695040888963407U;
              row.push_back(static_cast<float>(hash >> 40) / 4194304.0F - 2.0F);
            }
            return row;
          }};
}

TEST_CASE("greedy decoding goes on until the limit") {
  FakeLm model = CountingLm();
  CHECK(Write(model, {Greedy({3}, 6)}) == std::vector<std::vector<NewTokens>>{{{4, 5, 6, 7, 8}}});
  CHECK(model.cache_sequences == 1);
  CHECK(model.cache_tokens == 5);
  CHECK(model.passes == std::vector<Tokens>{{1}, {1}, {1}, {1}, {1}});
}

TEST_CASE("no requests, no passes") {
  FakeLm model = CountingLm();
  CHECK(Write(model, {}).empty());
  CHECK(model.passes.empty());
}

TEST_CASE("an end token is written and ends its sequence") {
  FakeLm model = CountingLm();
  GenerationRequest request = Greedy({3}, 30);
  request.eos_token_ids = {20, 6};
  CHECK(Write(model, {request}) == std::vector<std::vector<NewTokens>>{{{4, 5, 6}}});
}

TEST_CASE("a stop text may begin in the prompt") {
  FakeLm model = CountingLm();
  GenerationRequest request = Greedy({3, 4}, 30);
  request.stop = {"never", "ef"};
  CHECK(Write(model, {request}) == std::vector<std::vector<NewTokens>>{{{5}}});
  request.stop = {"de"};
  request.max_length = 5;
  CHECK(Write(model, {request}) == std::vector<std::vector<NewTokens>>{{{5, 6, 7}}});
}

TEST_CASE("sequences of a batch share passes and leave when done") {
  FakeLm model = CountingLm();
  auto written = Write(model, {Greedy({3, 4, 5}, 5), Greedy({10}, 5), Greedy({20, 21}, 3)});
  CHECK(written == std::vector<std::vector<NewTokens>>{{{6, 7}}, {{11, 12, 13, 14}}, {{22}}});
  CHECK(model.passes == std::vector<Tokens>{{3, 1, 2}, {1, 1}, {1}, {1}});
}

TEST_CASE("long prompts are read in portions while others write") {
  FakeLm model = CountingLm(2000);
  Tokens prompt(600);
  std::iota(prompt.begin(), prompt.end(), 0);
  auto written = Write(model, {Greedy({10}, 5), Greedy(prompt, 602)});
  CHECK(written == std::vector<std::vector<NewTokens>>{{{11, 12, 13, 14}}, {{600, 601}}});
  CHECK(model.passes == std::vector<Tokens>{{1, 256}, {1, 256}, {1, 88}, {1, 1}});
}

TEST_CASE("return sequences copy their prompt") {
  FakeLm model = HashingLm(20);
  Tokens prompt(300, 2);
  auto written = Write(model, {Sampled(prompt, 303, 3)});
  REQUIRE(written[0].size() == 3);
  CHECK(model.passes == std::vector<Tokens>{{256}, {44}, {1, 1, 1}, {1, 1, 1}, {1, 1}});
  CHECK(written[0][0] != written[0][1]);
  CHECK(written[0][1] != written[0][2]);
}

TEST_CASE("equal prompts of different calls are read once") {
  FakeLm model = HashingLm(20);
  Tokens prompt(100, 2);
  auto written = Write(model, {Greedy(prompt, 103), Sampled(prompt, 102, 1)});
  CHECK(model.passes == std::vector<Tokens>{{100}, {1, 1}, {1, 1}});
  CHECK(written[0] == Write(model, {Greedy(prompt, 103)})[0]);
  CHECK(written[1] == Write(model, {Sampled(prompt, 102, 1)})[0]);
}

TEST_CASE("the beginning that prompts have in common is read once") {
  FakeLm model = HashingLm(20);
  Tokens common(40, 2);
  auto with = [&](Tokens end) {
    Tokens prompt = common;
    prompt.insert(prompt.end(), end.begin(), end.end());
    return Greedy(prompt, 45);
  };
  const std::vector<GenerationRequest> requests = {with({3, 4}), with({5}), with({3, 6, 7}), Greedy({8}, 45)};
  auto written = Write(model, requests);
  REQUIRE(model.passes.size() > 1);
  // The others wait for the first, then each reads what is its own.
  CHECK(model.passes[0] == Tokens{42, 1});
  CHECK(model.passes[1] == Tokens{1, 1, 2, 1});
  for (size_t i = 0; i < requests.size(); ++i) {
    CHECK(written[i] == Write(model, {requests[i]})[0]);
  }
}

TEST_CASE("a short beginning is not waited for") {
  FakeLm model = HashingLm(20);
  Write(model, {Greedy({1, 2, 3, 4}, 6), Greedy({1, 2, 3, 5}, 6)});
  CHECK(model.passes[0] == Tokens{4, 4});
}

TEST_CASE("a prompt goes on with what a sequence that has ended left behind") {
  // Room for one sequence at a time.
  FakeLm model = CountingLm(32, 20'000);
  GenerationRequest first = Greedy(Tokens(100, 3), 20'000);
  first.eos_token_ids = {4};
  GenerationRequest second = first;
  second.prompt_ids.back() = 7;
  second.eos_token_ids = {9};
  auto written = Write(model, {first, second});
  CHECK(model.cache_sequences == 1);
  CHECK(written == std::vector<std::vector<NewTokens>>{{{4}}, {{8, 9}}});
  CHECK(model.passes == std::vector<Tokens>{{100}, {1}, {1}});
}

TEST_CASE("a prompt goes on with what was known of it before") {
  FakeLm model = HashingLm(20);
  GenerationSettings settings{"models/fake", DecodeLetters, 100, {}, {}};
  WithContext([&](CallContext& context) {
    for (const Tokens& tokens : {Tokens(30, 2), Tokens(50, 2), Tokens(60, 3)}) {
      ReadPrompt& start = settings.prompt_starts.emplace_back();
      start.tokens = tokens;
      start.cache = model.NewCache(1, static_cast<int64_t>(tokens.size()));
      Prefill(model, WeightCopy::Main, tokens, *start.cache, context.team);
    }
    model.passes.clear();
    Tokens longer(50, 2);
    longer.push_back(7);
    // One that goes on, one that is a start as a whole, one that leaves a start, one that has none.
    const std::vector<GenerationRequest> requests = {Greedy(longer, 54), Greedy(Tokens(30, 2), 34), Greedy({3, 3, 4}, 6), Greedy({9}, 4)};
    auto written = Generate(model, requests, settings, context);
    CHECK(model.passes[0] == Tokens{1, 1, 1, 1});
    for (size_t i = 0; i < requests.size(); ++i) {
      CHECK(*written[i] == Write(model, {requests[i]})[0]);
    }
  });
}

TEST_CASE("what a sequence says does not depend on the batch") {
  FakeLm model = HashingLm(30);
  std::vector<GenerationRequest> requests;
  for (int32_t i = 0; i < 5; ++i) {
    requests.push_back(Sampled(Tokens(static_cast<size_t>(i) * 90 + 1, i), i * 90 + 20 + i, 30, static_cast<uint64_t>(i)));
    requests.back().sampling.repetition_penalty = 1.0 + i * 0.1;
  }
  auto together = Write(model, requests, 99);
  // More sequences than a batch holds, so some waited and copied their prompt late or read it anew.
  CHECK(model.cache_sequences < 150);
  for (size_t i = 0; i < requests.size(); ++i) {
    CHECK(together[i] == Write(model, {requests[i]}, 99)[0]);
  }
  GenerationRequest fewer = requests[2];
  fewer.num_return_sequences = 7;
  auto first = Write(model, {fewer}, 99)[0];
  CHECK(std::equal(first.begin(), first.end(), together[2].begin()));
}

TEST_CASE("samples differ by request seed, seed and return sequence") {
  FakeLm model = HashingLm(1000);
  auto base = Write(model, {Sampled({1}, 30, 2)})[0];
  CHECK(base == Write(model, {Sampled({1}, 30, 2)})[0]);
  CHECK(base[0] != base[1]);
  CHECK(base != Write(model, {Sampled({1}, 30, 2, 1)})[0]);
  CHECK(base != Write(model, {Sampled({1}, 30, 2)}, 1)[0]);
}

TEST_CASE("a batch holds as many sequences as its memory allows, and all are written") {
  FakeLm model = CountingLm(32, 20'000);
  std::vector<GenerationRequest> requests(100, Greedy({3}, 5));
  requests.push_back(Greedy({4}, 4001));
  requests.back().eos_token_ids = {6};
  auto written = Write(model, requests);
  CHECK(model.cache_sequences == 4);
  CHECK(written[99] == std::vector<NewTokens>{{4, 5, 6, 7}});
  CHECK(written[100] == std::vector<NewTokens>{{5, 6}});
  requests.back() = Greedy({4}, 20'000);
  requests.back().eos_token_ids = {6};
  Write(model, requests);
  CHECK(model.cache_sequences == 1);
  Write(model, std::vector<GenerationRequest>(100, Greedy({3}, 5)));
  CHECK(model.cache_sequences == kMaxConcurrentSequences);
}

TEST_CASE("the repetition penalty looks at prompt and new tokens, in greedy decoding as well") {
  // Always prefers 0, then 1, then 2, …; with the penalty each is said once.
  FakeLm model(6, 100, [](const Tokens&) { return std::vector<float>{6, 5.5, 5, 4.5, 4, 3.5}; });
  GenerationRequest request = Greedy({1}, 5);
  CHECK(Write(model, {request}) == std::vector<std::vector<NewTokens>>{{{0, 0, 0, 0}}});
  request.sampling.repetition_penalty = 2.0;
  CHECK(Write(model, {request}) == std::vector<std::vector<NewTokens>>{{{0, 2, 3, 4}}});
}

TEST_CASE("temperature and filters do nothing without sampling") {
  FakeLm model = HashingLm(50);
  GenerationRequest request = Greedy({1}, 20);
  auto plain = Write(model, {request});
  request.sampling.temperature = 0.1;
  request.sampling.top_p = 0.2;
  request.sampling.top_k = 3;
  CHECK(Write(model, {request}) == plain);
}

TEST_CASE("logits that are not finite fail their request alone") {
  FakeLm model(8, 100, [](const Tokens& tokens) {
    std::vector<float> row = Prefer(8, (tokens.back() + 1) % 8);
    if (tokens.size() == 3 && tokens.front() == 0) {
      row[0] = std::numeric_limits<float>::quiet_NaN();
    }
    return row;
  });
  WithContext([&](CallContext& context) {
    GenerationRequest broken = Sampled({0}, 10, 2);
    broken.sampling.top_k = 1;
    Results results = Generate(model, std::vector{Greedy({1}, 6), broken, Greedy({2, 3}, 6)}, kSettings, context);
    REQUIRE(results[0].ok());
    CHECK(results[0]->front() == NewTokens{2, 3, 4, 5, 6});
    REQUIRE(!results[1].ok());
    CHECK(results[1].error().kind == FailureKind::Arithmetic);
    CHECK(results[1].error().message == "the logits after 3 tokens are not finite; the model is models/fake");
    REQUIRE(results[2].ok());
    CHECK(results[2]->front() == NewTokens{4, 5, 6, 7});
  });
}

TEST_CASE("cancellation is seen between passes and spares what is done") {
  FakeLm model = CountingLm();
  ThreadPool pool(1);
  Cancellation cancellation;
  model.after_pass = [&] {
    if (model.passes.size() == 3) {
      cancellation.Cancel();
    }
  };
  pool.Run([&](ThreadTeam& team) {
    CallContext context{team, cancellation, 0, nullptr};
    Results results = Generate(model, std::vector{Greedy({1}, 3), Greedy({1, 2}, 30)}, kSettings, context);
    CHECK(results[0].ok());
    REQUIRE(!results[1].ok());
    CHECK(results[1].error().kind == FailureKind::Cancelled);
  });
  CHECK(model.passes.size() == 3);
}

TEST_CASE("statistics count prompt tokens, new tokens, bytes and operations") {
  FakeLm model = CountingLm();
  CallStatistics statistics;
  WithContext([&](CallContext& context) {
    context.statistics = &statistics;
    Generate(model, std::vector{Greedy({3, 4, 5}, 5), Greedy({10}, 3)}, kSettings, context);
  });
  CHECK(model.passes == std::vector<Tokens>{{3, 1}, {1, 1}});
  CHECK(statistics.prompt_tokens == 4);
  CHECK(statistics.new_tokens == 4);
  CHECK(statistics.bytes_streamed == 2 * 4000);
  // A row is 1000 weights, 100 of them in the projection, which only the last token of a step goes through.
  CHECK(statistics.operations == 2 * (6 * 900 + 4 * 100));
}

}  // namespace
}  // namespace plait
