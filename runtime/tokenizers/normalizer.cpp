// Every normalizer that is supported, by its name in tokenizer.json.
#include "runtime/tokenizers/normalizer.h"

#include "runtime/tokenizers/read_steps.h"

namespace plait::tokenizers {
namespace {

template <class Keep>
std::string KeepCodePoints(std::string_view text, Keep keep) {
  std::string out;
  out.reserve(text.size());
  for (size_t offset = 0; offset < text.size();) {
    CodePoint c = DecodeAt(text, offset);
    if (keep(c.value)) {
      out += text.substr(offset, c.size);
    }
    offset += c.size;
  }
  return out;
}

/// Drops controls and makes every white space a plain one.
std::string CleanForBert(std::string_view text) {
  constexpr uint32_t kReplacementCharacter = 0xFFFD;
  std::string out;
  out.reserve(text.size());
  for (size_t offset = 0; offset < text.size();) {
    CodePoint c = DecodeAt(text, offset);
    bool is_plain = c.value > ' ' && c.value < 0x7F;
    if (is_plain) {
      out.push_back(static_cast<char>(c.value));
    } else if (c.value != kReplacementCharacter && !IsBertDropped(c.value)) {
      out += IsWhiteSpace(c.value) ? std::string_view(" ") : text.substr(offset, c.size);
    }
    offset += c.size;
  }
  return out;
}

std::string SpaceIdeographs(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t offset = 0; offset < text.size();) {
    CodePoint c = DecodeAt(text, offset);
    std::string_view bytes = text.substr(offset, c.size);
    offset += c.size;
    if (c.size < 3 || !IsIdeograph(c.value)) {
      out += bytes;
      continue;
    }
    out += ' ';
    out += bytes;
    out += ' ';
  }
  return out;
}

Result<std::string> Run(const BertNormalize& step, std::string text) {
  if (step.clean_text) {
    text = CleanForBert(text);
  }
  if (step.handle_chinese_chars) {
    text = SpaceIdeographs(text);
  }
  if (step.strip_accents) {
    text = KeepCodePoints(Normalize(text, NormalForm::kNfd), [](uint32_t c) { return c < 0x80 || !IsNonspacingMark(c); });
  }
  if (step.lowercase) {
    text = Lowercase(text);
  }
  return text;
}

Result<std::string> Run(const LowercaseAll&, const std::string& text) { return Lowercase(text); }

Result<std::string> Run(NormalForm form, const std::string& text) { return Normalize(text, form); }

Result<std::string> Run(const StripAccents&, const std::string& text) {
  return KeepCodePoints(text, [](uint32_t c) { return !IsCombiningMark(c); });
}

Result<std::string> Run(const StripEnds& step, const std::string& text) {
  return std::string(StripWhiteSpace(text, step.left, step.right));
}

Result<std::string> Run(const ReplaceMatches& step, const std::string& text) {
  if (text.empty()) {
    return text;
  }
  PLAIT_TRY(std::vector<Stretch> stretches, step.pattern.Find(text));
  std::string out;
  for (const Stretch& stretch : stretches) {
    out += stretch.is_match ? std::string_view(step.content) : std::string_view(text).substr(stretch.begin, stretch.end - stretch.begin);
    PLAIT_TRY_VOID(CheckLength(out.size()));
  }
  return out;
}

Result<std::string> Run(const PrependText& step, const std::string& text) { return text.empty() ? text : step.prefix + text; }

using Steps = std::vector<NormalizerStep>;

Result<Steps> ReadBert(const JsonView& json) {
  PLAIT_TRY(bool clean_text, json.BoolField("clean_text"));
  PLAIT_TRY(bool handle_chinese_chars, json.BoolField("handle_chinese_chars"));
  PLAIT_TRY(bool lowercase, json.BoolField("lowercase"));
  PLAIT_TRY(bool strip_accents, json.BoolFieldOr("strip_accents", lowercase));
  return Steps{BertNormalize{clean_text, handle_chinese_chars, strip_accents, lowercase}};
}

Result<Steps> ReadStrip(const JsonView& json) {
  PLAIT_TRY(bool left, json.BoolField("strip_left"));
  PLAIT_TRY(bool right, json.BoolField("strip_right"));
  return Steps{StripEnds{left, right}};
}

Result<Steps> ReadReplace(const JsonView& json) {
  PLAIT_TRY(JsonView field, json.Field("pattern"));
  PLAIT_TRY(Pattern pattern, Pattern::Read(field));
  if (pattern.CanMatchNothing()) {
    return field.Unsupported("tokenizer.json asks for a replacement of the empty text, which is not supported");
  }
  PLAIT_TRY(std::string content, json.StringField("content"));
  return Steps{ReplaceMatches{std::move(pattern), std::move(content)}};
}

Result<Steps> ReadPrepend(const JsonView& json) {
  PLAIT_TRY(std::string prefix, json.StringField("prepend"));
  return Steps{PrependText{std::move(prefix)}};
}

Result<Steps> ReadSteps(const JsonView& json) {
  PLAIT_TRY(std::string type, json.StringField("type"));
  if (type == "Sequence") {
    return ReadSequence(json, "normalizers", ReadSteps);
  }
  if (type == "BertNormalizer") {
    return ReadBert(json);
  }
  if (type == "Lowercase") {
    return Steps{LowercaseAll{}};
  }
  if (type == "NFC") {
    return Steps{NormalForm::kNfc};
  }
  if (type == "NFD") {
    return Steps{NormalForm::kNfd};
  }
  if (type == "NFKC") {
    return Steps{NormalForm::kNfkc};
  }
  if (type == "NFKD") {
    return Steps{NormalForm::kNfkd};
  }
  if (type == "StripAccents") {
    return Steps{StripAccents{}};
  }
  if (type == "Strip") {
    return ReadStrip(json);
  }
  if (type == "Replace") {
    return ReadReplace(json);
  }
  if (type == "Prepend") {
    return ReadPrepend(json);
  }
  return json.UnsupportedPart("normalizer", type);
}

}  // namespace

Result<Normalizer> Normalizer::Read(const JsonView& json) {
  Normalizer normalizer;
  PLAIT_TRY(normalizer.steps_, ReadSteps(json));
  return normalizer;
}

Result<std::string> Normalizer::Apply(std::string_view text) const {
  std::string out(text);
  for (const NormalizerStep& step : steps_) {
    PLAIT_TRY(out, std::visit([&](const auto& kind) { return Run(kind, std::move(out)); }, step));
    PLAIT_TRY_VOID(CheckLength(out.size()));
  }
  return out;
}

}  // namespace plait::tokenizers
