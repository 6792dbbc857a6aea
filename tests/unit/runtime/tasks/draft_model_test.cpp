// A smaller model that guesses for a larger one: it saves passes where it is right, costs next to nothing where it is not, and nothing that
// is written tells of it.
#include <doctest/doctest.h>

#include <array>
#include <limits>
#include <random>

#include "runtime/tasks/draft_past.h"
#include "runtime/tasks/drafts.h"
#include "runtime/tasks/generation.h"
#include "runtime/tasks/prompt_reader.h"
#include "tests/unit/runtime/tasks/drafting.h"

namespace plait {
namespace {

constexpr size_t kMemory = 1000;

/// The larger model; its int8 copy is as often wrong as that.
FakeLm LargeLm(size_t memory = kMemory, uint64_t wrong = 100) {
  FakeLm model(kVocabulary, 4096, [=](const Tokens& tokens) { return HashedRow(tokens, memory); });
  model.SetDraft([=](const Tokens& tokens) { return WrongRow(tokens, memory, wrong); });
  return model;
}

/// The smaller one, whose passes read a tenth.
FakeLm SmallLm(uint64_t wrong, int64_t max_positions = 4096, size_t memory = kMemory) {
  FakeLm model(kVocabulary, max_positions, [=](const Tokens& tokens) { return WrongRow(tokens, memory, wrong); });
  model.weights = 100;
  return model;
}

GenerationSettings Drafting(const CausalLm& draft, std::vector<DraftSource> sources = {DraftSource::Model}) {
  GenerationSettings settings{"fake", DecodeLetters, 100, std::move(sources)};
  settings.draft_model = {&draft, WeightCopy::Main, 10};
  return settings;
}

GenerationSettings Plain() { return {"fake", DecodeLetters, 100, {}}; }

int64_t TokensOf(const std::vector<Tokens>& passes) {
  int64_t tokens = 0;
  for (const Tokens& pass : passes) {
    for (int32_t step : pass) {
      tokens += step;
    }
  }
  return tokens;
}

/// What passes take, in passes of one row over the weights of the large model.
double TimeOf(const std::vector<Tokens>& passes, double one_row = 1) {
  double time = 0;
  for (const Tokens& pass : passes) {
    time += one_row * std::max(1.0, static_cast<double>(TokensOf({pass})) / FreeRows(4));
  }
  return time;
}

TEST_CASE("what is written is the same with and without a smaller model, however often it is wrong") {
  std::mt19937 random(4);
  int64_t guessed = 0;
  for (uint64_t wrong : {0, 10, 50, 100}) {
    for (int64_t max_positions : {20, 40, 4096}) {
      for (const std::vector<DraftSource>& sources :
           {std::vector{DraftSource::Model}, std::vector{DraftSource::Int8, DraftSource::Model}, AllDraftSources()}) {
        for (int round = 0; round < 20; ++round) {
          std::vector<GenerationRequest> requests;
          for (uint32_t i = 0; i < 1 + random() % 4; ++i) {
            requests.push_back(RandomRequest(random));
          }
          const size_t memory = std::array<size_t, 3>{2, 5, kMemory}.at(random() % 3);
          FakeLm large = LargeLm(memory, 30);
          FakeLm small = SmallLm(wrong, max_positions, memory);
          const Written plain = Write(large, requests, Plain(), 5);
          const Written drafted = Write(large, requests, Drafting(small, sources), 5);
          CHECK(drafted.texts == plain.texts);
          CHECK(drafted.statistics.new_tokens == plain.statistics.new_tokens);
          CHECK(drafted.statistics.prompt_tokens == plain.statistics.prompt_tokens);
          CHECK(drafted.statistics.right_guesses <= drafted.statistics.guessed_tokens);
          guessed += drafted.statistics.guessed_tokens;
        }
      }
    }
  }
  CHECK(guessed > 10'000);
}

TEST_CASE("right guesses of a smaller model save passes over the larger one's weights") {
  for (bool do_sample : {false, true}) {
    FakeLm large = LargeLm();
    FakeLm small = SmallLm(2);
    const Written written = Write(large, {LongRequest(203, do_sample)}, Drafting(small));
    const auto passes = static_cast<int64_t>(large.passes.size());
    CHECK(written.statistics.new_tokens == 200);
    CHECK(passes < 60);
    CHECK(written.statistics.right_guesses + passes == 200);
    CHECK(written.statistics.passes == passes);
    CHECK(large.draft_passes.empty());
    // Both models' passes are counted, and what each computes.
    CHECK(written.statistics.bytes_streamed == 4000 * passes + 400 * static_cast<int64_t>(small.passes.size()));
    CHECK(written.statistics.bytes_streamed < 200 * 4000 / 2);
    CHECK(written.statistics.operations > 2 * 900 * TokensOf(large.passes) + 2 * 90 * TokensOf(small.passes));
  }
}

TEST_CASE("a smaller model reads each token once and what was wrong again, in passes of several rows") {
  FakeLm large = LargeLm();
  FakeLm small = SmallLm(0);
  const Written written = Write(large, {LongRequest(203)}, Drafting(small));
  // The prompt, then what the larger model decided by itself and the last guess, then a guess a pass.
  CHECK(small.passes[0] == Tokens{4});
  CHECK(std::ranges::all_of(small.passes, [](const Tokens& pass) { return pass.size() == 1 && pass[0] <= 4; }));
  CHECK(written.statistics.right_guesses == written.statistics.guessed_tokens);
  CHECK(TokensOf(small.passes) <= 203);
}

TEST_CASE("a model that is always wrong costs next to nothing, whatever the lengths") {
  for (int64_t weights : {20, 100, 300}) {
    for (size_t prompt : {1, 40, 400}) {
      for (int64_t to_write : {5, 60, 600}) {
        for (int32_t sequences : {1, 3}) {
          CAPTURE(weights);
          CAPTURE(prompt);
          CAPTURE(to_write);
          CAPTURE(sequences);
          std::vector<GenerationRequest> requests;
          for (int32_t i = 0; i < sequences; ++i) {
            GenerationRequest& request = requests.emplace_back(LongRequest(static_cast<int64_t>(prompt) + to_write));
            request.prompt_ids = Tokens(prompt, 3 + i);
          }
          FakeLm plain = LargeLm();
          Write(plain, requests, Plain());
          for (const std::vector<DraftSource>& sources :
               {std::vector{DraftSource::Model}, std::vector{DraftSource::Text, DraftSource::Model}}) {
            FakeLm large = LargeLm();
            FakeLm small = SmallLm(100);
            small.weights = weights;
            Write(large, requests, Drafting(small, sources));
            const double time = TimeOf(large.passes) + TimeOf(small.passes, static_cast<double>(weights) / 1000);
            CHECK(time <= 1.02 * TimeOf(plain.passes));
          }
        }
      }
    }
  }
}

TEST_CASE("a model that is right makes everything faster, but for texts too short to read the prompt for") {
  for (size_t prompt : {4, 100, 400}) {
    for (int64_t to_write : {60, 600}) {
      CAPTURE(prompt);
      CAPTURE(to_write);
      GenerationRequest request = LongRequest(static_cast<int64_t>(prompt) + to_write);
      request.prompt_ids = Tokens(prompt, 3);
      FakeLm plain = LargeLm();
      Write(plain, {request}, Plain());
      FakeLm large = LargeLm();
      FakeLm small = SmallLm(5);
      small.weights = 15;
      Write(large, {request}, Drafting(small));
      CHECK(TimeOf(large.passes) + TimeOf(small.passes, 0.015) < 0.75 * TimeOf(plain.passes));
    }
  }
  GenerationRequest request = LongRequest(405);
  request.prompt_ids = Tokens(400, 3);
  FakeLm large = LargeLm();
  FakeLm small = SmallLm(0);
  Write(large, {request}, Drafting(small));
  CHECK(small.passes.empty());
}

TEST_CASE("a model that stopped paying is asked again, rarely") {
  FakeLm large = LargeLm();
  bool is_right = true;
  FakeLm small(kVocabulary, 4096, [&](const Tokens& tokens) { return WrongRow(tokens, kMemory, is_right ? 0 : 100); });
  small.weights = 10;
  size_t asked_before = 0;
  size_t asked = 0;
  large.after_pass = [&] {
    is_right = large.passes.size() < 50 || large.passes.size() > 400;
    // By then it has been seen that it is wrong.
    asked_before = large.passes.size() == 200 ? small.passes.size() : asked_before;
    asked = large.passes.size() == 400 ? small.passes.size() - asked_before : asked;
  };
  const Written written = Write(large, {LongRequest(1603)}, Drafting(small));
  CHECK(asked > 0);
  CHECK(asked < 10);
  // 50 passes and those from 400 on decide many tokens each.
  CHECK(large.passes.size() < 900);
  CHECK(written.statistics.new_tokens == 1600);
}

TEST_CASE("the source that promises most guesses, and others where it fails") {
  // The copy is always right and costs a quarter, the model is right in 98 of 100 cases and costs a hundredth.
  FakeLm large = LargeLm(kMemory, 0);
  FakeLm small = SmallLm(2);
  small.weights = 10;
  Write(large, {LongRequest(403)}, Drafting(small, {DraftSource::Int8, DraftSource::Model}));
  CHECK(small.passes.size() > 100);
  // A model that is wrong leaves it to the copy.
  FakeLm again = LargeLm(kMemory, 0);
  FakeLm wrong = SmallLm(100);
  Write(again, {LongRequest(403)}, Drafting(wrong, {DraftSource::Int8, DraftSource::Model}));
  CHECK(again.draft_passes.size() > 200);
  CHECK(again.passes.size() < 100);
  CHECK(wrong.passes.size() < 30);
  // A text that repeats itself is looked up.
  FakeLm counting = CountingLm(7, 1024);
  FakeLm small_counting = CountingLm(7, 1024);
  small_counting.weights = 300;
  GenerationRequest request = LongRequest(203);
  Write(counting, {request}, Drafting(small_counting, {DraftSource::Text, DraftSource::Model}));
  CHECK(counting.passes.size() < 60);
  CHECK(small_counting.passes.size() < 60);
}

TEST_CASE("a model with fewer positions stops guessing where they end") {
  FakeLm large = LargeLm();
  FakeLm small = SmallLm(0, 64);
  const Written written = Write(large, {LongRequest(203)}, Drafting(small));
  CHECK(small.cache_tokens == 64);
  CHECK(TokensOf(small.passes) <= 64);
  CHECK(written.statistics.right_guesses > 40);
  CHECK(static_cast<int64_t>(large.passes.size()) == 200 - written.statistics.right_guesses);
  // A prompt that it has no room for is not read at all.
  FakeLm smaller = SmallLm(0, 3);
  CHECK(Write(large, {LongRequest(203)}, Drafting(smaller)).texts == written.texts);
  CHECK(smaller.passes.empty());
}

TEST_CASE("what texts have in common is read once") {
  FakeLm large = LargeLm();
  FakeLm small = SmallLm(0);
  small.weights = 10;
  GenerationRequest request = LongRequest(300, true);
  request.prompt_ids = Tokens(100, 3);
  request.num_return_sequences = 4;
  const Written written = Write(large, {request}, Drafting(small));
  CHECK(written.statistics.right_guesses > 350);
  CHECK(TokensOf(small.passes) < 100 + 4 * 215);

  // What was known of prompts is not read at all.
  GenerationSettings settings = Drafting(small);
  WithContext([&](CallContext& context) {
    ReadPrompt& start = settings.draft_model.prompt_starts.emplace_back();
    start.tokens = Tokens(99, 3);
    start.cache = small.NewCache(1, 99);
    Prefill(small, WeightCopy::Main, start.tokens, *start.cache, context.team);
  });
  small.passes.clear();
  CHECK(Write(large, {request}, settings).texts == written.texts);
  CHECK(TokensOf(small.passes) < 4 * 215);
}

TEST_CASE("a long prompt is read in portions, and others are guessed meanwhile") {
  FakeLm large = LargeLm();
  FakeLm small = SmallLm(0);
  small.weights = 5;
  GenerationRequest long_prompt = LongRequest(1200);
  long_prompt.prompt_ids = Tokens(600, 3);
  const std::vector<GenerationRequest> requests = {long_prompt, LongRequest(600)};
  const Written written = Write(large, requests, Drafting(small));
  CHECK(std::ranges::all_of(small.passes, [](const Tokens& pass) { return pass[0] <= kPrefillTokens; }));
  // A portion of the prompt and what the other text is guessed from share a pass.
  CHECK(std::ranges::any_of(small.passes, [](const Tokens& pass) { return pass[0] == kPrefillTokens && pass.size() == 2; }));
  CHECK(written.statistics.right_guesses > 600);
  CHECK(written.texts == Write(large, requests, Plain()).texts);
}

TEST_CASE("logits of a smaller model that are no numbers only end a guess") {
  FakeLm large = LargeLm();
  FakeLm small(kVocabulary, 4096, [](const Tokens&) { return std::vector<float>(kVocabulary, std::numeric_limits<float>::quiet_NaN()); });
  small.weights = 100;
  CHECK(Write(large, {LongRequest(60)}, Drafting(small)).texts == Write(large, {LongRequest(60)}, Plain()).texts);
}

TEST_CASE("what a smaller model holds follows the sequences that it is asked for") {
  FakeLm small = CountingLm(32, 12);
  GenerationSettings settings = Drafting(small);
  DraftPast past(settings.draft_model, 2, 100);
  CHECK(past.max_tokens() == 12);
  WithContext([&](CallContext& context) {
    auto run = [&](int slot, const Tokens& tokens) {
      const size_t held = past.Align(slot, tokens);
      const CausalLm::Step step{slot, std::span(tokens).subspan(held), 1};
      past.Forward(std::span(&step, 1), context.team);
      return held;
    };
    const Tokens text = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    CHECK(run(0, text) == 0);
    // The last token is always run, since its logits are what is asked for.
    CHECK(run(0, text) == 9);
    CHECK(run(0, {1, 2, 3, 7}) == 3);
    // Few tokens in common are not worth copying.
    CHECK(run(1, {1, 2, 3, 7, 8}) == 0);
    CHECK(run(0, text) == 3);
    CHECK(run(1, {9, 8}) == 0);
    CHECK(past.Align(1, text) == 9);
    const Tokens other = {5, 6, 7, 8, 9, 10, 11, 12, 13, 14};
    CHECK(past.Align(1, other) == 0);
    const CausalLm::Step coming{0, std::span(other).first(9), 0};
    CHECK(past.Align(0, other) == 0);
    CHECK(past.IsComing(std::span(&coming, 1), other, 0));
    CHECK_FALSE(past.IsComing(std::span(&coming, 1), other, 2));
    CHECK_FALSE(past.IsComing(std::span(&coming, 1), text, 0));
  });
}

TEST_CASE("the account lets guesses cost little more than they save") {
  DraftAccount account;
  CHECK(account.Allowed(0) == 0);
  CHECK(account.Allowed(100) == MostToLose(0, 100));
  account.Made(50);
  CHECK(account.Allowed(50) == MostToLose(50, 50));
  account.Spent(3);
  CHECK(account.Allowed(50) < 0);
  account.Saved(10);
  CHECK(account.Allowed(50) == doctest::Approx(7 + MostToLose(50, 50)));
}

TEST_CASE("probes become rarer while they do not pay") {
  auto passes_until_due = [](DraftProbe& probe) {
    int passes = 1;
    while (!probe.IsDue()) {
      ++passes;
    }
    return passes;
  };
  DraftProbe steady(1);
  DraftProbe growing(2);
  for (int expected : {32, 64, 128}) {
    CHECK(passes_until_due(steady) == 32);
    steady.Probed();
    CHECK(passes_until_due(growing) == expected);
    growing.Probed();
  }
  growing.Reset();
  CHECK(passes_until_due(growing) == 32);
}

}  // namespace
}  // namespace plait
