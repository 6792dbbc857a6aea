// Models that a test loads, and what the recorded ones were recorded with.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "runtime/models/causal_lm.h"
#include "runtime/models/sequence_classifier.h"
#include "runtime/models/text_encoder.h"
#include "tests/unit/runtime/models/fixture.h"

namespace plait {

inline constexpr const char* kDecoders[] = {"gpt2", "gpt2_untied"};
inline constexpr const char* kEncoders[] = {"bert", "distilbert", "roberta"};

inline std::unique_ptr<CausalLm> LoadDecoder(const std::string& folder, const LoadOptions& options, ThreadTeam& team) {
  return ValueOrFail(LoadCausalLm(OpenOrFail(folder), options, team));
}

inline std::unique_ptr<SequenceClassifier> LoadClassifier(const std::string& folder, const LoadOptions& options, ThreadTeam& team) {
  return ValueOrFail(LoadSequenceClassifier(OpenOrFail(folder), options, team));
}

inline std::unique_ptr<Encoder> LoadEncoder(const std::string& folder, const LoadOptions& options, ThreadTeam& team) {
  return ValueOrFail(LoadTextEncoder(OpenOrFail(folder), options, team));
}

inline Value Recorded(const std::string& model) { return ReadJson(OraclePath(model) + "/expected.json"); }

/// What a decoder was recorded with: as many tokens as it has positions, but one.
inline std::vector<int32_t> RecordedTokens(const std::string& model) { return Ints(*Recorded(model).Field("tokens")); }

struct Text {
  std::vector<int32_t> input_ids;
  std::vector<int32_t> token_type_ids;

  [[nodiscard]] EncoderInput input() const { return {input_ids, token_type_ids}; }
};

inline std::vector<EncoderInput> InputsOf(const std::vector<Text>& texts) {
  std::vector<EncoderInput> inputs;
  for (const Text& text : texts) {
    inputs.push_back(text.input());
  }
  return inputs;
}

/// What an encoder was recorded with: texts from one token to as many as it has positions.
inline std::vector<Text> RecordedTexts(const std::string& model) {
  const Value recorded = Recorded(model);
  std::vector<Text> texts;
  for (const Value& row : recorded.Field("batch")->AsList()) {
    texts.push_back({Ints(*row.Field("input_ids")), Ints(*row.Field("token_type_ids"))});
  }
  return texts;
}

}  // namespace plait
