// The second stage of a tokenizer: a text into words, none of which the model's tokens reach across.
#pragma once

#include <optional>
#include <variant>
#include <vector>

#include "compiler/base/result.h"
#include "runtime/tokenizers/json_view.h"
#include "runtime/tokenizers/pattern.h"
#include "runtime/tokenizers/split_text.h"

namespace plait::tokenizers {

/// Cuts at every code point of a class.
struct SplitAtClass {
  bool (*contains)(uint32_t code_point);
  SplitBehavior behavior;
};
/// Keeps runs of word characters and runs of what is neither those nor white space.
struct SplitIntoWords {};
struct SplitAtPattern {
  Pattern pattern;
  SplitBehavior behavior;
  bool is_inverted;
};
/// Puts a space before each piece that lacks one, cuts it, and writes its bytes in GPT-2's alphabet.
struct ByteLevelSplit {
  bool adds_prefix_space;
  /// Absent where the pieces are not cut further.
  std::optional<Pattern> pattern;
};
using PreTokenizerStep = std::variant<SplitAtClass, SplitIntoWords, SplitAtPattern, ByteLevelSplit>;

class PreTokenizer {
 public:
  /// Cuts nothing.
  PreTokenizer() = default;
  /// Reads `pre_tokenizer`; a Sequence becomes its steps.
  static Result<PreTokenizer> Read(const JsonView& json);

  /// Added tokens stay as they are. Fails where a pattern takes too many steps on a piece.
  [[nodiscard]] Result<SplitText> Apply(SplitText split) const;
  /// Whether a word ends where white space stands behind something else, and neither its cut nor what follows looks at the other side.
  [[nodiscard]] bool cuts_at_white_space() const;

 private:
  std::vector<PreTokenizerStep> steps_;
};

}  // namespace plait::tokenizers
