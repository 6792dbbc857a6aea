// Guessing ahead: it saves passes, and nothing that is written tells of it.
#include "runtime/tasks/drafts.h"

#include <doctest/doctest.h>

#include <limits>
#include <random>
#include <string>

#include "runtime/tasks/generation.h"
#include "tests/unit/runtime/tasks/drafting.h"

namespace plait {
namespace {

/// A decoder whose small copy is wrong after every text of which `wrong` in 100 say so.
FakeLm LmWithDraft(size_t memory, uint64_t wrong) {
  FakeLm model(kVocabulary, 1024, [=](const Tokens& tokens) { return HashedRow(tokens, memory); });
  model.SetDraft([=](const Tokens& tokens) { return WrongRow(tokens, memory, wrong); });
  return model;
}

Written Write(const CausalLm& model, const std::vector<GenerationRequest>& requests, bool makes_drafts, uint64_t seed = 0) {
  return Write(model, requests, {"fake", DecodeLetters, 100, makes_drafts ? AllDraftSources() : std::vector<DraftSource>(), {}}, seed);
}

TEST_CASE("what is written is the same with and without guesses, however often they are wrong") {
  std::mt19937 random(3);
  for (uint64_t wrong : {0, 10, 50, 100}) {
    for (size_t memory : {2, 5, 1000}) {
      for (int round = 0; round < 25; ++round) {
        std::vector<GenerationRequest> requests;
        for (uint32_t i = 0; i < 1 + random() % 4; ++i) {
          requests.push_back(RandomRequest(random));
        }
        FakeLm model = LmWithDraft(memory, wrong);
        Written plain = Write(model, requests, false, 5);
        Written drafted = Write(model, requests, true, 5);
        CHECK(drafted.texts == plain.texts);
        CHECK(drafted.statistics.new_tokens == plain.statistics.new_tokens);
        CHECK(drafted.statistics.prompt_tokens == plain.statistics.prompt_tokens);
        CHECK(drafted.statistics.right_guesses <= drafted.statistics.guessed_tokens);
      }
    }
  }
}

TEST_CASE("right guesses save passes over the weights") {
  for (bool do_sample : {false, true}) {
    FakeLm model = LmWithDraft(1000, 2);
    Written written = Write(model, {LongRequest(203, do_sample)}, true);
    CHECK(written.statistics.new_tokens == 200);
    CHECK(model.passes.size() < 50);
    CHECK(written.statistics.right_guesses + static_cast<int64_t>(model.passes.size()) == 200);
    // A pass over the small copy costs a quarter of the bytes here.
    CHECK(written.statistics.bytes_streamed == static_cast<int64_t>(model.passes.size() * 4000 + model.draft_passes.size() * 1000));
    CHECK(written.statistics.bytes_streamed < 200 * 4000 / 2);
  }
}

TEST_CASE("where guesses are wrong, guessing nearly ends, and begins again where they are right") {
  bool is_right = false;
  FakeLm model = LmWithDraft(1000, 0);
  model.SetDraft([&](const Tokens& tokens) { return WrongRow(tokens, 1000, is_right ? 0 : 100); });
  Written wrong = Write(model, {LongRequest(1003)}, true);
  CHECK(wrong.statistics.bytes_streamed < 1000 * 4000 * 1.02);
  model.after_pass = [&] { is_right = model.passes.size() > 1200; };
  size_t passes_before = model.passes.size();
  Write(model, {LongRequest(1003)}, true);
  CHECK(model.passes.size() - passes_before < 600);
}

TEST_CASE("where so many write that not even right guesses pay, nobody asks the small copy") {
  FakeLm model = LmWithDraft(1000, 0);
  const std::vector<GenerationRequest> requests(16, LongRequest(300));
  Write(model, requests, true);
  CHECK(model.draft_passes.empty());
  // As soon as few are left it pays again.
  std::vector<GenerationRequest> some_long = requests;
  some_long[0] = LongRequest(600);
  Write(model, some_long, true);
  CHECK(model.draft_passes.size() > 100);
}

TEST_CASE("a text that repeats itself is guessed from itself, without a small copy") {
  FakeLm model(kVocabulary, 1024, [](const Tokens& tokens) { return Prefer(kVocabulary, (tokens.back() + 1) % 7); });
  Written written = Write(model, {LongRequest(203)}, true);
  CHECK(written.statistics.new_tokens == 200);
  CHECK(model.passes.size() < 50);
  CHECK(model.draft_passes.empty());
}

TEST_CASE("logits of the small copy that are no numbers only end a guess") {
  FakeLm model = LmWithDraft(1000, 0);
  std::vector<std::vector<NewTokens>> plain = Write(model, {LongRequest(60)}, false).texts;
  model.SetDraft([](const Tokens&) { return std::vector<float>(kVocabulary, std::numeric_limits<float>::quiet_NaN()); });
  CHECK(Write(model, {LongRequest(60)}, true).texts == plain);
}

TEST_CASE("a record follows what was right lately") {
  DraftRecord record(0.5);
  CHECK(record.rate() == doctest::Approx(0.5));
  for (int i = 0; i < 200; ++i) {
    record.Note(5, 5);
  }
  CHECK(record.rate() > 0.97);
  for (int i = 0; i < 100; ++i) {
    record.Note(5, 0);
  }
  CHECK(record.rate() < 0.1);
}

TEST_CASE("guesses are looked up after the latest earlier place of the last words") {
  const Tokens text = {1, 2, 3, 4, 5, 1, 2, 3, 6, 7, 1, 2, 3};
  auto look_up = [](const Tokens& place, const std::vector<Tokens>& others, int64_t limit) {
    std::vector<std::span<const int32_t>> spans(others.begin(), others.end());
    std::span<const int32_t> found = LookUpGuesses(place, spans, limit);
    return Tokens(found.begin(), found.end());
  };
  CHECK(look_up(text, {}, 3) == Tokens{6, 7, 1});
  CHECK(look_up(text, {}, 100) == Tokens{6, 7, 1, 2, 3});
  CHECK(look_up({1, 2, 3}, {}, 3) == Tokens{});
  CHECK(look_up({2, 3}, {text}, 3) == Tokens{});
  CHECK(look_up({9, 1, 2, 3}, {{8, 8}, text, {1, 2, 3, 4}}, 2) == Tokens{6, 7});
  // A text that repeats one word overlaps itself.
  CHECK(look_up({5, 5, 5, 5}, {}, 4) == Tokens{5});
}

}  // namespace
}  // namespace plait
