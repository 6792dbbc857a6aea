// Every pre-tokenizer that is supported, by its name in tokenizer.json.
#include "runtime/tokenizers/pre_tokenizer.h"

#include "runtime/tokenizers/byte_level.h"
#include "runtime/tokenizers/read_steps.h"
#include "runtime/tokenizers/unicode.h"

namespace plait::tokenizers {
namespace {

/// Each code point of the class is a match of its own.
std::vector<Stretch> FindClass(std::string_view text, bool (*contains)(uint32_t)) {
  std::vector<Stretch> stretches;
  size_t covered = 0;
  for (size_t offset = 0; offset < text.size();) {
    CodePoint c = DecodeAt(text, offset);
    size_t end = offset + c.size;
    if (contains(c.value)) {
      if (covered < offset) {
        stretches.push_back({covered, offset, false});
      }
      stretches.push_back({offset, end, true});
      covered = end;
    }
    offset = end;
  }
  if (covered < text.size()) {
    stretches.push_back({covered, text.size(), false});
  }
  return stretches;
}

enum class CharacterKind { kSpace, kWord, kOther };

CharacterKind KindOf(uint32_t code_point) {
  if (IsWord(code_point)) {
    return CharacterKind::kWord;
  }
  return IsWhiteSpace(code_point) ? CharacterKind::kSpace : CharacterKind::kOther;
}

std::vector<Stretch> FindWords(std::string_view text) {
  std::vector<Stretch> words;
  auto previous = CharacterKind::kSpace;
  for (size_t offset = 0; offset < text.size();) {
    CodePoint c = DecodeAt(text, offset);
    CharacterKind kind = KindOf(c.value);
    if (kind != CharacterKind::kSpace && kind == previous) {
      words.back().end += c.size;
    } else if (kind != CharacterKind::kSpace) {
      words.push_back({offset, offset + c.size, false});
    }
    previous = kind;
    offset += c.size;
  }
  return words;
}

/// Cuts every piece that is no added token into what `cut` gives for it.
template <class Cut>
Result<SplitText> CutPieces(SplitText split, Cut cut) {
  std::vector<Piece> pieces;
  pieces.reserve(split.pieces.size());
  for (const Piece& piece : split.pieces) {
    if (piece.token) {
      pieces.push_back(piece);
      continue;
    }
    PLAIT_TRY(std::vector<Stretch> stretches, cut(split.TextOf(piece)));
    for (const Stretch& stretch : stretches) {
      if (stretch.begin != stretch.end) {
        pieces.push_back({piece.begin + stretch.begin, piece.begin + stretch.end, std::nullopt});
      }
    }
  }
  split.pieces = std::move(pieces);
  return split;
}

/// Writes every piece that is no added token anew.
template <class Rewrite>
SplitText RewritePieces(const SplitText& split, Rewrite rewrite) {
  SplitText out;
  out.text.reserve(split.text.size() * 2);
  out.pieces.reserve(split.pieces.size());
  for (const Piece& piece : split.pieces) {
    size_t begin = out.text.size();
    if (!piece.token) {
      out.text += rewrite(split.TextOf(piece));
    }
    out.pieces.push_back({begin, out.text.size(), piece.token});
  }
  return out;
}

Result<SplitText> Run(const SplitAtClass& step, SplitText split) {
  return CutPieces(std::move(split), [&](std::string_view text) -> Result<std::vector<Stretch>> {
    return ApplyBehavior(FindClass(text, step.contains), step.behavior);
  });
}

Result<SplitText> Run(const SplitIntoWords&, SplitText split) {
  return CutPieces(std::move(split), [](std::string_view text) -> Result<std::vector<Stretch>> { return FindWords(text); });
}

Result<SplitText> Run(const SplitAtPattern& step, SplitText split) {
  return CutPieces(std::move(split), [&](std::string_view text) -> Result<std::vector<Stretch>> {
    PLAIT_TRY(std::vector<Stretch> stretches, step.pattern.Find(text));
    for (Stretch& stretch : stretches) {
      stretch.is_match = stretch.is_match != step.is_inverted;
    }
    return ApplyBehavior(std::move(stretches), step.behavior);
  });
}

std::string WithLeadingSpace(std::string_view text) {
  std::string out(text.starts_with(' ') ? "" : " ");
  out += text;
  return out;
}

Result<SplitText> Run(const ByteLevelSplit& step, SplitText split) {
  if (step.adds_prefix_space) {
    split = RewritePieces(split, WithLeadingSpace);
  }
  if (step.pattern) {
    PLAIT_TRY(split, CutPieces(std::move(split), [&](std::string_view text) { return step.pattern->Find(text); }));
  }
  return RewritePieces(split, BytesToAlphabet);
}

using Steps = std::vector<PreTokenizerStep>;

Result<Steps> ReadByteLevel(const JsonView& json) {
  PLAIT_TRY(bool adds_prefix_space, json.BoolField("add_prefix_space"));
  PLAIT_TRY(bool uses_regex, json.BoolFieldOr("use_regex", true));
  ByteLevelSplit step{adds_prefix_space, std::nullopt};
  if (uses_regex) {
    PLAIT_TRY(step.pattern, Pattern::Gpt2());
  }
  return Steps{std::move(step)};
}

Result<Steps> ReadPunctuation(const JsonView& json) {
  PLAIT_TRY(std::optional<JsonView> field, json.FindField("behavior"));
  SplitBehavior behavior = SplitBehavior::kIsolated;
  if (field) {
    PLAIT_TRY(behavior, ReadSplitBehavior(*field));
  }
  return Steps{SplitAtClass{IsPunctuation, behavior}};
}

Result<Steps> ReadDigits(const JsonView& json) {
  PLAIT_TRY(bool individual, json.BoolField("individual_digits"));
  return Steps{SplitAtClass{IsNumeric, individual ? SplitBehavior::kIsolated : SplitBehavior::kContiguous}};
}

Result<Steps> ReadSplit(const JsonView& json) {
  PLAIT_TRY(JsonView pattern_field, json.Field("pattern"));
  PLAIT_TRY(Pattern pattern, Pattern::Read(pattern_field));
  PLAIT_TRY(JsonView behavior_field, json.Field("behavior"));
  PLAIT_TRY(SplitBehavior behavior, ReadSplitBehavior(behavior_field));
  PLAIT_TRY(bool is_inverted, json.BoolField("invert"));
  return Steps{SplitAtPattern{std::move(pattern), behavior, is_inverted}};
}

Result<Steps> ReadSteps(const JsonView& json) {
  PLAIT_TRY(std::string type, json.StringField("type"));
  if (type == "Sequence") {
    return ReadSequence(json, "pretokenizers", ReadSteps);
  }
  if (type == "ByteLevel") {
    return ReadByteLevel(json);
  }
  if (type == "BertPreTokenizer") {
    return Steps{SplitAtClass{IsWhiteSpace, SplitBehavior::kRemoved}, SplitAtClass{IsPunctuation, SplitBehavior::kIsolated}};
  }
  if (type == "Whitespace") {
    return Steps{SplitIntoWords{}};
  }
  if (type == "WhitespaceSplit") {
    return Steps{SplitAtClass{IsWhiteSpace, SplitBehavior::kRemoved}};
  }
  if (type == "Punctuation") {
    return ReadPunctuation(json);
  }
  if (type == "Digits") {
    return ReadDigits(json);
  }
  if (type == "Split") {
    return ReadSplit(json);
  }
  return json.UnsupportedPart("pre-tokenizer", type);
}

}  // namespace

Result<PreTokenizer> PreTokenizer::Read(const JsonView& json) {
  PreTokenizer pre_tokenizer;
  PLAIT_TRY(pre_tokenizer.steps_, ReadSteps(json));
  return pre_tokenizer;
}

bool PreTokenizer::cuts_at_white_space() const {
  // Once the first step has cut there, the later ones see each side alone.
  if (steps_.empty()) {
    return false;
  }
  if (const auto* split = std::get_if<SplitAtClass>(&steps_.front())) {
    return split->contains == IsWhiteSpace && split->behavior == SplitBehavior::kRemoved;
  }
  if (const auto* bytes = std::get_if<ByteLevelSplit>(&steps_.front())) {
    // Of GPT-2's pattern, whose words may begin with a space and have none behind it. A space that is put before a text is not put before
    // its second part.
    return bytes->pattern.has_value() && !bytes->adds_prefix_space;
  }
  return std::holds_alternative<SplitIntoWords>(steps_.front());
}

Result<SplitText> PreTokenizer::Apply(SplitText split) const {
  for (const PreTokenizerStep& step : steps_) {
    PLAIT_TRY(split, std::visit([&](const auto& kind) { return Run(kind, std::move(split)); }, step));
    PLAIT_TRY_VOID(CheckLength(split.text.size()));
  }
  return split;
}

}  // namespace plait::tokenizers
