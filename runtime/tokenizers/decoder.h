// Tokens back into text.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "compiler/base/result.h"
#include "runtime/tokenizers/json_view.h"

namespace plait::tokenizers {

struct DecodeByteLevel {};
/// Joins words' parts and, on request, takes back the spaces that stand before punctuation in English.
struct DecodeWordPiece {
  std::string prefix;
  bool cleanup;
};
/// Puts a space where a word's last token ends.
struct DecodeBpe {
  std::string suffix;
};
struct DecodeFuse {};
using DecoderStep = std::variant<DecodeByteLevel, DecodeWordPiece, DecodeBpe, DecodeFuse>;

class Decoder {
 public:
  /// Joins the tokens with spaces.
  Decoder() = default;
  /// Reads `decoder`; a Sequence becomes its steps.
  static Result<Decoder> Read(const JsonView& json);

  /// Needs tokens of valid UTF-8 and gives it.
  [[nodiscard]] std::string Apply(std::vector<std::string> tokens) const;
  /// As `Tokenizer::decodes_each_token`.
  [[nodiscard]] bool decodes_each_token() const;

 private:
  bool joins_with_spaces_ = true;
  std::vector<DecoderStep> steps_;
};

}  // namespace plait::tokenizers
