// Guesses change no token: every real decoder writes on two hundred prompts what it writes without them, whatever guesses, greedily and
// where tokens are drawn.
#include <doctest/doctest.h>

#include <algorithm>
#include <functional>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "drafting.h"
#include "guide_text.h"
#include "small_decoders.h"
#include "tests/unit/runtime/models/loaded.h"

namespace plait {
namespace {

constexpr size_t kPrompts = 200;

/// Says that it is a hundred times smaller than it is, so that asking it pays at any length and it guesses often, right or wrong.
class Cheap : public CausalLm {
 public:
  explicit Cheap(const CausalLm& model) : model_(model) {}

  [[nodiscard]] int64_t vocab_size() const override { return model_.vocab_size(); }
  [[nodiscard]] int64_t max_positions() const override { return model_.max_positions(); }
  [[nodiscard]] int64_t weights_per_token() const override { return model_.weights_per_token() / 100; }
  [[nodiscard]] int64_t bytes_per_pass(WeightCopy copy) const override { return model_.bytes_per_pass(copy) / 100; }
  [[nodiscard]] bool has_draft() const override { return model_.has_draft(); }
  [[nodiscard]] std::unique_ptr<KeyValueCache> NewCache(int sequences, int64_t max_tokens) const override {
    return model_.NewCache(sequences, max_tokens);
  }
  std::span<const float> Forward(std::span<const Step> steps, WeightCopy copy, KeyValueCache& cache, ThreadTeam& team) const override {
    return model_.Forward(steps, copy, cache, team);
  }

 private:
  const CausalLm& model_;
};

/// A decoder, and where its prompts come from.
struct Decoder {
  std::unique_ptr<CausalLm> model;
  /// Another with the same vocabulary, which guesses badly.
  std::unique_ptr<CausalLm> other;
  /// None where the decoder has no tokenizer and its prompts are random tokens.
  std::optional<Tokenizer> tokenizer;
};

Decoder LoadPair(const std::string& folder, const std::string& other, ThreadTeam& team) {
  LoadOptions options;
  options.keeps_draft = true;
  return {LoadDecoder(folder, options, team), LoadDecoder(other, options, team), {}};
}

Decoder LoadWithTokenizer(const std::string& folder, const std::string& other, ThreadTeam& team) {
  Decoder decoder = LoadPair(folder, other, team);
  decoder.tokenizer = ValueOrFail(Tokenizer::Parse(ReadText(folder + "/tokenizer.json"), folder));
  return decoder;
}

/// What guesses, and with which model where one does.
struct Guesser {
  std::string name;
  std::vector<DraftSource> sources;
  const CausalLm* model = nullptr;
};

/// The requests in batches of one to eight.
std::vector<std::vector<NewTokens>> WriteAll(const Decoder& decoder, const std::vector<GenerationRequest>& requests, const Guesser& guesser,
                                             ThreadTeam& team, CallStatistics& statistics) {
  GenerationSettings settings{"decoder", DecodeLetters, 0, guesser.sources};
  if (decoder.tokenizer) {
    settings.decode = [&](std::span<const int32_t> tokens) { return decoder.tokenizer->Decode(tokens, false); };
  }
  settings.draft_model = {guesser.model, WeightCopy::Draft, 0};
  const Cancellation cancellation;
  std::vector<std::vector<NewTokens>> texts;
  for (size_t begin = 0, together = 1; begin < requests.size(); begin += together, together = together % 8 + 1) {
    const std::vector<GenerationRequest> batch(requests.begin() + static_cast<ptrdiff_t>(begin),
                                               requests.begin() + static_cast<ptrdiff_t>(std::min(begin + together, requests.size())));
    for (auto& text : Generate(*decoder.model, batch, settings, {team, cancellation, 9, &statistics})) {
      texts.push_back(ValueOrFail(std::move(text)));
    }
  }
  return texts;
}

/// A prompt of any length, most of them short, and settings of any kind.
GenerationRequest RequestFor(const Decoder& decoder, const GuideText& guide, std::mt19937& random) {
  const int64_t vocab = decoder.model->vocab_size();
  GenerationRequest request = RandomRequest(random, vocab);
  if (decoder.tokenizer) {
    const size_t words = random() % 12 == 0 ? 60 + random() % 100 : 1 + random() % 20;
    request.prompt_ids = decoder.tokenizer->Encode(guide.Excerpt(random(), words), true)->input_ids;
    const Tokens stop = {static_cast<int32_t>(random() % static_cast<uint64_t>(vocab))};
    if (!request.stop.empty()) {
      request.stop = {decoder.tokenizer->Decode(stop, false)};
    }
  }
  const auto prompt = static_cast<int64_t>(request.prompt_ids.size());
  request.max_length = std::min(decoder.model->max_positions(), prompt + 1 + static_cast<int64_t>(random() % 32));
  return request;
}

/// Every second one goes on, where that is greedy, with what the one before it is going to write: what follows the same words then stands
/// in a text beside it.
std::vector<GenerationRequest> Requests(const Decoder& decoder, ThreadTeam& team) {
  const GuideText guide;
  std::mt19937 random(17);
  std::vector<GenerationRequest> requests;
  while (requests.size() < kPrompts) {
    const GenerationRequest& first = requests.emplace_back(RequestFor(decoder, guide, random));
    GenerationRequest second = RequestFor(decoder, guide, random);
    if (!first.sampling.do_sample) {
      CallStatistics statistics;
      const NewTokens written = WriteAll(decoder, {first}, {"nothing", {}}, team, statistics).at(0).at(0);
      second = first;
      const size_t ahead = std::min<size_t>(written.size() - 1, 4 + random() % 8);
      second.prompt_ids.insert(second.prompt_ids.end(), written.begin(), written.begin() + static_cast<ptrdiff_t>(ahead));
    }
    requests.push_back(std::move(second));
  }
  return requests;
}

void CheckDecoder(const Decoder& decoder, ThreadTeam& team) {
  const std::vector<GenerationRequest> requests = Requests(decoder, team);
  CallStatistics without;
  const auto plain = WriteAll(decoder, requests, {"nothing", {}}, team, without);
  CHECK(without.guessed_tokens == 0);
  const Cheap its_double(*decoder.model);
  const Cheap other(*decoder.other);
  const Guesser guessers[] = {{"its int8 copy", {DraftSource::Int8}},
                              {"the text", {DraftSource::Text}},
                              {"its double", {DraftSource::Model}, &its_double},
                              {"another model", {DraftSource::Model}, &other},
                              {"all of them", AllDraftSources(), &other}};
  for (const Guesser& guesser : guessers) {
    INFO("guesses by " << guesser.name);
    CallStatistics statistics;
    const auto drafted = WriteAll(decoder, requests, guesser, team, statistics);
    REQUIRE(drafted.size() == kPrompts);
    for (size_t i = 0; i < requests.size(); ++i) {
      INFO("request " << i);
      CHECK(drafted[i] == plain[i]);
    }
    CHECK(statistics.new_tokens == without.new_tokens);
    CHECK(statistics.guessed_tokens > 25);
    CHECK((statistics.right_guesses > 25 || guesser.model == &other));
    CHECK(statistics.right_guesses < statistics.guessed_tokens);
  }
}

void CheckLoaded(const std::function<Decoder(ThreadTeam&)>& load) {
  ThreadPool(1).Run([&](ThreadTeam& team) { CheckDecoder(load(team), team); });
}

TEST_CASE("GPT-2 as recorded, on random tokens") {
  CheckLoaded([](ThreadTeam& team) { return LoadPair(OraclePath("gpt2"), OraclePath("gpt2_untied"), team); });
}

TEST_CASE("GPT-2 in bf16 and untied as recorded, on random tokens") {
  CheckLoaded([](ThreadTeam& team) { return LoadPair(OraclePath("gpt2_untied"), OraclePath("gpt2"), team); });
}

TEST_CASE("GPT-2 on real text") {
  CheckLoaded(
      [](ThreadTeam& team) { return LoadWithTokenizer(TinyModel("openai-community/gpt2"), TinyModel("distilbert/distilgpt2"), team); });
}

TEST_CASE("DistilGPT2 on real text") {
  CheckLoaded(
      [](ThreadTeam& team) { return LoadWithTokenizer(TinyModel("distilbert/distilgpt2"), TinyModel("openai-community/gpt2"), team); });
}

TEST_CASE("GPT-2 in bf16 and untied on real text") {
  const UntiedGpt2 untied;
  CheckLoaded([&](ThreadTeam& team) { return LoadWithTokenizer(untied.folder(), TinyModel("distilbert/distilgpt2"), team); });
}

}  // namespace
}  // namespace plait
