// What an encoder leaves out where only the first token of each text is read: never a bit of what it gives.
#include <doctest/doctest.h>

#include <random>

#include "loaded.h"

namespace plait {
namespace {

constexpr int64_t kRecordedHidden = 28;

/// The recorded BERT with another hidden size and random weights.
void Widen(ModelCopy& copy, int64_t hidden) {
  std::mt19937 random(static_cast<uint32_t>(hidden));
  std::normal_distribution<float> weights(0, 0.2F);
  copy.ChangeConfig(fmt::format("\"hidden_size\": {}", kRecordedHidden), fmt::format("\"hidden_size\": {}", hidden));
  copy.ChangeWeights([&](FileTensors& tensors) {
    for (auto& [name, tensor] : tensors) {
      int64_t elements = 1;
      for (int64_t& extent : tensor.shape) {
        extent = extent == kRecordedHidden ? hidden : extent;
        elements *= extent;
      }
      std::vector<float> values(static_cast<size_t>(elements));
      std::ranges::generate(values, [&] { return weights(random); });
      tensor.bytes.assign(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float));
    }
  });
}

std::vector<float> Numbers(const Result<at::Tensor>& tensor) {
  REQUIRE(tensor.ok());
  const auto* data = tensor->const_data_ptr<float>();
  return {data, data + tensor->numel()};
}

TEST_CASE("first tokens have the bits that they have among all tokens, on every team and in every precision") {
  const std::vector<std::vector<int32_t>> texts = {{5, 6, 7, 8, 9, 10, 11}, {12}, {13, 14, 15}};
  for (const int64_t hidden : {kRecordedHidden, int64_t{64}, int64_t{128}}) {
    ModelCopy copy("bert");
    Widen(copy, hidden);
    for (const Precision precision : {Precision::Exact, Precision::Bf16, Precision::Int8}) {
      for (const int threads : {1, 3}) {
        CAPTURE(hidden);
        CAPTURE(threads);
        ThreadPool(threads).Run([&](ThreadTeam& team) {
          LoadOptions options;
          options.precision = precision;
          const std::unique_ptr<Encoder> encoder = LoadEncoder(copy.path(), options, team);
          const std::vector<int32_t> types(texts[0].size());
          std::vector<EncoderInput> batch;
          for (const std::vector<int32_t>& text : texts) {
            batch.push_back({text, std::span(types).first(text.size())});
          }
          const Cancellation cancellation;
          const std::vector<float> first = Numbers(encoder->FirstTokens(batch, team, cancellation));
          const std::vector<float> all = Numbers(encoder->AllTokens(batch, team, cancellation));
          std::vector<float> expected;
          size_t row = 0;
          for (const std::vector<int32_t>& text : texts) {
            const auto begin = all.begin() + static_cast<ptrdiff_t>(row * static_cast<size_t>(hidden));
            expected.insert(expected.end(), begin, begin + hidden);
            row += text.size();
          }
          CHECK(first == expected);
        });
      }
    }
  }
}

TEST_CASE("a pass's cost counts what runs") {
  constexpr int64_t kLayers = 2;
  constexpr int64_t kInner = 37;
  for (const int64_t hidden : {kRecordedHidden, int64_t{64}}) {
    ModelCopy copy("bert");
    Widen(copy, hidden);
    ThreadPool(1).Run([&](ThreadTeam& team) {
      const std::unique_ptr<Encoder> encoder = LoadEncoder(copy.path(), {}, team);
      const int64_t after_attention = hidden * hidden + 2 * hidden * kInner;
      const int64_t layer = 3 * hidden * hidden + after_attention;
      const EncoderCost all = encoder->Cost(AskingRows::All);
      CHECK(all.per_token == kLayers * layer);
      CHECK(all.per_text == 0);
      const EncoderCost first = encoder->Cost(AskingRows::First);
      // Queries can be left out where they have panels of their own.
      const int64_t queries = hidden == kRecordedHidden ? 0 : hidden * hidden;
      CHECK(first.per_text == after_attention + queries);
      CHECK(first.per_token == kLayers * layer - first.per_text);
      CHECK(first.bytes_per_pass == all.bytes_per_pass);
      CHECK(all.bytes_per_pass >= 4 * kLayers * layer);
    });
  }
}

}  // namespace
}  // namespace plait
