// What `exact` promises, at the models: all that they compute has the bits of the plainest run, one thread, one text alone and whole,
// whatever the threads, the batch-mates, the cut into passes, the cache of packed weights and the guesses that were taken back; each by
// itself and all together.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include "loaded.h"
#include "runtime/cache/cache_folder.h"

namespace plait {
namespace {

using Floats = std::vector<float>;

bool SameBits(const Floats& a, const Floats& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

/// Runs `body` on one thread and on several, with weights that are packed anew, that are kept, and that were kept before.
void OverThreadsAndCaches(const std::string& model, const LoadOptions& options,
                          const std::function<void(const LoadOptions& options, ThreadTeam& team)>& body) {
  for (int threads : {1, 2, 3}) {
    TempFolder folder;
    for (const std::string cache : {"none", "cold", "warm"}) {
      ThreadPool(threads).Run([&](ThreadTeam& team) {
        INFO(model << " on " << threads << " threads, cache " << cache);
        WeightCache kept({folder.path(), 0, {}});
        LoadOptions own = options;
        own.cache = {cache == "none" ? nullptr : &kept, model};
        body(own, team);
      });
    }
    // Only what is rounded or bf16 already is kept.
    const bool is_kept = options.keeps_draft || model == "gpt2_untied" || model == "distilbert";
    CHECK(ListCache(folder.path()).empty() == !is_kept);
  }
}

/// A sequence among others, all of which are run piece by piece.
class Pieces {
 public:
  /// The others stand at both sides of the sequence in each pass. Where it `guesses`, wrong tokens stand behind each piece, and the int8
  /// copy has run all of the pass before; both are taken back.
  Pieces(const CausalLm& model, std::span<const int32_t> tokens, int mates, bool guesses)
      : model_(model), tokens_(tokens), mates_(mates), guesses_(guesses), cache_(model.NewCache(mates + 1, model.max_positions())) {}

  /// The logits of all tokens, [tokens, vocab].
  Floats Run(const std::vector<size_t>& sizes, ThreadTeam& team) {
    Floats all;
    for (size_t size : sizes) {
      const Floats logits = RunPiece(size, team);
      all.insert(all.end(), logits.begin(), logits.end());
    }
    CHECK(done_ == tokens_.size());
    return all;
  }

 private:
  Floats RunPiece(size_t size, ThreadTeam& team) {
    std::vector<int32_t> piece(tokens_.begin() + static_cast<ptrdiff_t>(done_), tokens_.begin() + static_cast<ptrdiff_t>(done_ + size));
    constexpr size_t kGuesses = 3;
    const auto room = static_cast<size_t>(model_.max_positions()) - done_ - size;
    for (size_t i = 0; guesses_ && i < std::min(kGuesses, room); ++i) {
      piece.push_back((piece.back() + 1) % static_cast<int32_t>(model_.vocab_size()));
    }
    std::vector<CausalLm::Step> steps;
    int64_t rows_before = 0;
    for (int mate = 0; mate < mates_; ++mate) {
      steps.push_back(StepOfMate(mate));
      rows_before += mate < mates_ / 2 ? steps.back().asking : 0;
    }
    steps.insert(steps.begin() + mates_ / 2, {mates_, piece, static_cast<int64_t>(piece.size())});
    if (guesses_) {
      model_.Forward(steps, WeightCopy::Draft, *cache_, team);
      for (const CausalLm::Step& step : steps) {
        Keep(step.sequence, cache_->Length(step.sequence) - static_cast<int64_t>(step.tokens.size()));
      }
    }
    const std::span<const float> logits = model_.Forward(steps, WeightCopy::Main, *cache_, team);
    done_ += size;
    Keep(mates_, static_cast<int64_t>(done_));
    const auto vocab = static_cast<size_t>(model_.vocab_size());
    const auto own = logits.subspan(static_cast<size_t>(rows_before) * vocab, size * vocab);
    return {own.begin(), own.end()};
  }

  /// Some tokens of another sequence, of which some ask for logits.
  CausalLm::Step StepOfMate(int mate) {
    const auto count = static_cast<size_t>(1 + mate % 3);
    if (cache_->Length(mate) + static_cast<int64_t>(count) > model_.max_positions()) {
      Keep(mate, 0);
    }
    return {mate, tokens_.subspan(static_cast<size_t>(mate), count), mate % static_cast<int64_t>(count + 1)};
  }

  void Keep(int sequence, int64_t length) { cache_->CopySequence(sequence, sequence, length); }

  const CausalLm& model_;
  std::span<const int32_t> tokens_;
  int mates_;
  bool guesses_;
  std::unique_ptr<KeyValueCache> cache_;
  size_t done_ = 0;
};

TEST_CASE("every logit of a decoder, whatever runs before, behind and beside its token") {
  const std::vector<std::vector<size_t>> cuts = {{79}, {1, 78}, {78, 1}, {64, 15}, {5, 6, 7, 61}, {30, 30, 19}, std::vector<size_t>(79, 1)};
  for (const char* name : kDecoders) {
    const std::vector<int32_t> tokens = RecordedTokens(name);
    Floats plainest;
    ThreadPool(1).Run([&](ThreadTeam& team) {
      plainest = Pieces(*LoadDecoder(OraclePath(name), {}, team), tokens, 0, false).Run({tokens.size()}, team);
    });
    for (bool guesses : {false, true}) {
      LoadOptions options;
      options.keeps_draft = guesses;
      OverThreadsAndCaches(name, options, [&](const LoadOptions& own, ThreadTeam& team) {
        const std::unique_ptr<CausalLm> model = LoadDecoder(OraclePath(name), own, team);
        for (const std::vector<size_t>& cut : cuts) {
          for (int mates : {0, 1, 4, 9}) {
            INFO(cut.size() << " pieces with " << mates << " mates, guesses " << guesses);
            CHECK(SameBits(Pieces(*model, tokens, mates, guesses).Run(cut, team), plainest));
          }
        }
      });
    }
  }
}

/// What an encoder makes of texts, one list of numbers each.
using Encode = std::function<std::vector<Floats>(const std::vector<EncoderInput>& texts)>;

/// With a head, without one of all tokens, and of the first.
std::vector<Encode> WaysToEncode(const SequenceClassifier& classifier, const Encoder& encoder, ThreadTeam& team) {
  auto with_head = [&](const std::vector<EncoderInput>& texts) {
    const Floats logits = ValueOrFail(classifier.Forward(texts, team, Cancellation()));
    std::vector<Floats> rows;
    for (auto row = logits.begin(); row != logits.end(); row += classifier.num_labels()) {
      rows.emplace_back(row, row + classifier.num_labels());
    }
    return rows;
  };
  auto vectors = [&](const std::vector<EncoderInput>& texts, bool only_first) {
    const at::Tensor hidden =
        ValueOrFail(only_first ? encoder.FirstTokens(texts, team, Cancellation()) : encoder.AllTokens(texts, team, Cancellation()));
    const auto* row = hidden.const_data_ptr<float>();
    std::vector<Floats> rows;
    for (const EncoderInput& text : texts) {
      const int64_t count = encoder.config().hidden_size * (only_first ? 1 : static_cast<int64_t>(text.input_ids.size()));
      rows.emplace_back(row, row + count);
      row += count;
    }
    return rows;
  };
  return {with_head, [=](const std::vector<EncoderInput>& texts) { return vectors(texts, false); },
          [=](const std::vector<EncoderInput>& texts) { return vectors(texts, true); }};
}

/// All texts, the same backwards and each twice, and each beside another.
std::vector<std::vector<size_t>> Batches(size_t texts) {
  std::vector<std::vector<size_t>> batches(2);
  for (size_t i = 0; i < texts; ++i) {
    batches[0].push_back(i);
    batches[1].insert(batches[1].begin(), 2, i);
    batches.push_back({i, (i + texts / 2) % texts});
    batches.push_back({i});
  }
  return batches;
}

TEST_CASE("every number of an encoder, whatever texts share its passes") {
  for (const char* name : kEncoders) {
    const std::vector<Text> texts = RecordedTexts(name);
    std::vector<std::vector<Floats>> plainest;
    ThreadPool(1).Run([&](ThreadTeam& team) {
      const auto classifier = LoadClassifier(OraclePath(name), {}, team);
      const auto encoder = LoadEncoder(OraclePath(name), {}, team);
      for (const Encode& encode : WaysToEncode(*classifier, *encoder, team)) {
        std::vector<Floats>& rows = plainest.emplace_back();
        for (const Text& text : texts) {
          rows.push_back(encode({text.input()}).at(0));
        }
      }
    });
    OverThreadsAndCaches(name, {}, [&](const LoadOptions& own, ThreadTeam& team) {
      const auto classifier = LoadClassifier(OraclePath(name), own, team);
      const auto encoder = LoadEncoder(OraclePath(name), own, team);
      const std::vector<Encode> ways = WaysToEncode(*classifier, *encoder, team);
      for (const std::vector<size_t>& batch : Batches(texts.size())) {
        std::vector<EncoderInput> inputs;
        for (size_t text : batch) {
          inputs.push_back(texts[text].input());
        }
        for (size_t way = 0; way < ways.size(); ++way) {
          const std::vector<Floats> rows = ways[way](inputs);
          REQUIRE(rows.size() == batch.size());
          for (size_t i = 0; i < batch.size(); ++i) {
            INFO("text " << batch[i] << " of a batch of " << batch.size() << ", way " << way);
            CHECK(SameBits(rows[i], plainest[way][batch[i]]));
          }
        }
      }
    });
  }
}

}  // namespace
}  // namespace plait
