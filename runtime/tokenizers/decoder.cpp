// Every decoder that is supported, by its name in tokenizer.json.
#include "runtime/tokenizers/decoder.h"

#include <string_view>
#include <utility>

#include "runtime/tokenizers/byte_level.h"
#include "runtime/tokenizers/read_steps.h"
#include "runtime/tokenizers/unicode.h"

namespace plait::tokenizers {
namespace {

using Tokens = std::vector<std::string>;

std::string ReplaceAll(std::string_view text, std::string_view from, std::string_view to) {
  std::string out;
  size_t covered = 0;
  for (size_t found = text.find(from); found != std::string_view::npos; found = text.find(from, covered)) {
    out += text.substr(covered, found - covered);
    out += to;
    covered = found + from.size();
  }
  out += text.substr(covered);
  return out;
}

/// In this order, for a later one may see what an earlier one left.
std::string CleanUpEnglish(std::string text) {
  static constexpr std::pair<std::string_view, std::string_view> kReplacements[] = {
      {" .", "."},   {" ?", "?"},           {" !", "!"},   {" ,", ","},     {" ' ", "'"},    {" n't", "n't"},
      {" 'm", "'m"}, {" do not", " don't"}, {" 's", "'s"}, {" 've", "'ve"}, {" 're", "'re"},
  };
  for (const auto& [from, to] : kReplacements) {
    if (text.find(from) != std::string::npos) {
      text = ReplaceAll(text, from, to);
    }
  }
  return text;
}

std::string Join(const Tokens& tokens, std::string_view separator) {
  std::string out;
  for (size_t i = 0; i < tokens.size(); ++i) {
    out += i > 0 ? separator : "";
    out += tokens[i];
  }
  return out;
}

Tokens Run(const DecodeByteLevel&, const Tokens& tokens) {
  std::string bytes;
  for (const std::string& token : tokens) {
    // A token with a character outside the alphabet, such as an added one, stands for itself.
    bytes += AlphabetToBytes(token).value_or(token);
  }
  return {ReplaceInvalidUtf8(bytes)};
}

Tokens Run(const DecodeWordPiece& step, Tokens tokens) {
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (i > 0 && tokens[i].starts_with(step.prefix)) {
      tokens[i].erase(0, step.prefix.size());
    } else if (i > 0) {
      tokens[i].insert(0, 1, ' ');
    }
    if (step.cleanup) {
      tokens[i] = CleanUpEnglish(std::move(tokens[i]));
    }
  }
  return tokens;
}

Tokens Run(const DecodeBpe& step, Tokens tokens) {
  for (size_t i = 0; i < tokens.size(); ++i) {
    tokens[i] = ReplaceAll(tokens[i], step.suffix, i + 1 == tokens.size() ? "" : " ");
  }
  return tokens;
}

Tokens Run(const DecodeFuse&, const Tokens& tokens) { return {Join(tokens, "")}; }

using Steps = std::vector<DecoderStep>;

Result<Steps> ReadWordPiece(const JsonView& json) {
  PLAIT_TRY(std::string prefix, json.StringField("prefix"));
  PLAIT_TRY(bool cleanup, json.BoolField("cleanup"));
  return Steps{DecodeWordPiece{std::move(prefix), cleanup}};
}

Result<Steps> ReadBpe(const JsonView& json) {
  PLAIT_TRY(JsonView field, json.Field("suffix"));
  PLAIT_TRY(std::string suffix, field.AsString());
  if (suffix.empty()) {
    return field.Invalid("the suffix is empty");
  }
  return Steps{DecodeBpe{std::move(suffix)}};
}

Result<Steps> ReadSteps(const JsonView& json) {
  PLAIT_TRY(std::string type, json.StringField("type"));
  if (type == "Sequence") {
    return ReadSequence(json, "decoders", ReadSteps);
  }
  if (type == "ByteLevel") {
    return Steps{DecodeByteLevel{}};
  }
  if (type == "WordPiece") {
    return ReadWordPiece(json);
  }
  if (type == "BPEDecoder") {
    return ReadBpe(json);
  }
  if (type == "Fuse") {
    return Steps{DecodeFuse{}};
  }
  return json.UnsupportedPart("decoder", type);
}

}  // namespace

Result<Decoder> Decoder::Read(const JsonView& json) {
  Decoder decoder;
  decoder.joins_with_spaces_ = false;
  PLAIT_TRY(decoder.steps_, ReadSteps(json));
  return decoder;
}

bool Decoder::decodes_each_token() const {
  // The BPE decoder writes the last token in its own way, and what follows another step sees more than one token.
  return steps_.empty() || (steps_.size() == 1 && !std::holds_alternative<DecodeBpe>(steps_.front()));
}

std::string Decoder::Apply(std::vector<std::string> tokens) const {
  for (const DecoderStep& step : steps_) {
    tokens = std::visit([&](const auto& kind) { return Run(kind, std::move(tokens)); }, step);
  }
  return Join(tokens, joins_with_spaces_ ? " " : "");
}

}  // namespace plait::tokenizers
