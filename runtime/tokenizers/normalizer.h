// The first stage of a tokenizer: one text into another that is easier to match.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "compiler/base/result.h"
#include "runtime/tokenizers/json_view.h"
#include "runtime/tokenizers/pattern.h"
#include "runtime/tokenizers/unicode.h"

namespace plait::tokenizers {

struct BertNormalize {
  bool clean_text;
  bool handle_chinese_chars;
  bool strip_accents;
  bool lowercase;
};
struct LowercaseAll {};
struct StripAccents {};
struct StripEnds {
  bool left;
  bool right;
};
struct ReplaceMatches {
  Pattern pattern;
  std::string content;
};
struct PrependText {
  std::string prefix;
};
using NormalizerStep = std::variant<BertNormalize, LowercaseAll, NormalForm, StripAccents, StripEnds, ReplaceMatches, PrependText>;

class Normalizer {
 public:
  /// Changes nothing.
  Normalizer() = default;
  /// Reads `normalizer`; a Sequence becomes its steps.
  static Result<Normalizer> Read(const JsonView& json);

  /// Needs valid UTF-8 and gives it. Fails where a pattern takes too many steps on the text.
  [[nodiscard]] Result<std::string> Apply(std::string_view text) const;
  [[nodiscard]] bool is_empty() const { return steps_.empty(); }

 private:
  std::vector<NormalizerStep> steps_;
};

}  // namespace plait::tokenizers
