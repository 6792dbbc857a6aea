// The last stage of encoding: special tokens around the texts, and which text a token belongs to.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include "compiler/base/result.h"
#include "runtime/tokenizers/json_view.h"
#include "runtime/tokenizers/tokenizer.h"

namespace plait::tokenizers {

/// One part of a template: a text, or the ids of a special token.
struct TemplatePart {
  /// 0 for the first text, 1 for the second; absent for a special token.
  std::optional<size_t> sequence;
  std::vector<int32_t> special_ids;
  int32_t token_type_id;
};

/// What stands in the encoding of one text and of two.
struct Template {
  std::vector<TemplatePart> single;
  std::vector<TemplatePart> pair;
};

class PostProcessor {
 public:
  /// The texts one after the other, of type 0 and 1.
  PostProcessor();
  /// Reads `post_processor`. A Sequence may have one part that adds tokens. Fails with `tokenizer-invalid` where a template names a
  /// special token that the file does not define, or an id is not one that `is_known`.
  static Result<PostProcessor> Read(const JsonView& json, const std::function<bool(int32_t)>& is_known);

  /// Joins the ids of one text or of two.
  [[nodiscard]] Encoding Apply(const std::vector<std::vector<int32_t>>& texts, bool add_special_tokens) const;
  /// The ids of the special tokens before a single text.
  [[nodiscard]] std::vector<int32_t> IdsBeforeText() const;

 private:
  explicit PostProcessor(Template made) : template_(std::move(made)) {}

  Template template_;
};

}  // namespace plait::tokenizers
