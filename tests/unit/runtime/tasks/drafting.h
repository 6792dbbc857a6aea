// Decoders whose logits follow from a hash of their tokens, and requests for tests of guessing.
#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "runtime/tasks/generation.h"
#include "tests/unit/runtime/tasks/fakes.h"

namespace plait {

inline constexpr int64_t kVocabulary = 24;

inline uint64_t HashOf(const Tokens& tokens, uint64_t seed) {
  uint64_t hash = 1469598103934665603U ^ seed;
  for (int32_t token : tokens) {
    hash = (hash ^ static_cast<uint64_t>(token)) * 1099511628211U;
  }
  return hash;
}

/// Logits that depend on the last `memory` tokens: the fewer they are, the sooner a text repeats itself.
inline std::vector<float> HashedRow(const Tokens& tokens, size_t memory) {
  Tokens last(tokens.end() - static_cast<ptrdiff_t>(std::min(memory, tokens.size())), tokens.end());
  std::mt19937 random(static_cast<uint32_t>(HashOf(last, 0)));
  std::vector<float> row;
  for (int64_t i = 0; i < kVocabulary; ++i) {
    row.push_back(static_cast<float>(random() % 4096) / 512.0F - 4.0F);
  }
  return row;
}

/// As HashedRow, but with another token in front after every text of which `wrong` in 100 say so.
inline std::vector<float> WrongRow(const Tokens& tokens, size_t memory, uint64_t wrong) {
  std::vector<float> row = HashedRow(tokens, memory);
  if (HashOf(tokens, 7) % 100 < wrong) {
    std::rotate(row.begin(), row.begin() + 5, row.end());
  }
  return row;
}

struct Written {
  std::vector<std::vector<NewTokens>> texts;
  CallStatistics statistics;
};

inline Written Write(const CausalLm& model, const std::vector<GenerationRequest>& requests, const GenerationSettings& settings,
                     uint64_t seed = 0) {
  Written written;
  WithContext(
      [&](CallContext& context) {
        context.statistics = &written.statistics;
        for (auto& result : Generate(model, requests, settings, context)) {
          REQUIRE(result.ok());
          written.texts.push_back(*std::move(result));
        }
      },
      seed);
  return written;
}

/// A prompt of random tokens, and settings of any kind.
inline GenerationRequest RandomRequest(std::mt19937& random, int64_t vocab_size = kVocabulary) {
  auto any_token = [&] { return static_cast<int32_t>(random() % static_cast<uint64_t>(vocab_size)); };
  GenerationRequest request;
  for (auto left = 1 + random() % 20; left > 0; --left) {
    request.prompt_ids.push_back(any_token());
  }
  request.max_length = static_cast<int64_t>(request.prompt_ids.size() + 1 + random() % 60);
  request.sampling.do_sample = random() % 2 == 0;
  request.sampling.temperature = 0.3 + static_cast<double>(random() % 10) / 10;
  request.sampling.repetition_penalty = random() % 3 == 0 ? 1.3 : 1.0;
  request.num_return_sequences = request.sampling.do_sample ? 1 + random() % 3 : 1;
  request.seed = random();
  if (random() % 3 == 0) {
    request.eos_token_ids = {any_token()};
  }
  if (random() % 4 == 0) {
    request.stop = {DecodeLetters(std::vector{any_token(), any_token()})};
  }
  return request;
}

/// A sequence of its own and long, so that guessing settles.
inline GenerationRequest LongRequest(int64_t max_length, bool do_sample = false) {
  GenerationRequest request;
  request.prompt_ids = {1, 2, 3};
  request.max_length = max_length;
  request.sampling.do_sample = do_sample;
  return request;
}

}  // namespace plait
