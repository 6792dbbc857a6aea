// A regular expression or a literal of tokenizer.json, found as the `tokenizers` library's Oniguruma finds it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/result.h"
#include "runtime/tokenizers/json_view.h"
#include "runtime/tokenizers/split_text.h"

struct pcre2_real_code_8;

namespace plait::tokenizers {

/// Immutable; one may be used from several threads at once.
class Pattern {
 public:
  /// Reads `{"String": …}` or `{"Regex": …}`. Fails with `tokenizer-unsupported` where PCRE2 would match something else than Oniguruma.
  static Result<Pattern> Read(const JsonView& json);
  /// The pattern that GPT-2 cuts words with.
  static Result<Pattern> Gpt2();

  [[nodiscard]] bool CanMatchNothing() const;

  /// Covers the text in order: every match and all that lies between. Needs valid UTF-8. Fails with `input-invalid` where the
  /// text makes the pattern take too many steps.
  [[nodiscard]] Result<std::vector<Stretch>> Find(std::string_view text) const;

 private:
  using Code = std::shared_ptr<const pcre2_real_code_8>;
  explicit Pattern(Code code) : code_(std::move(code)) {}
  static Result<Pattern> Compile(std::string_view pattern, bool is_literal, const JsonView* json);

  Code code_;
};

/// The pattern in PCRE2's words, or what in it PCRE2 has no equal for.
Result<std::string> TranslateToPcre2(std::string_view oniguruma);

}  // namespace plait::tokenizers
