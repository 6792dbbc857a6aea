#include "runtime/tokenizers/growing_text.h"

#include <string_view>

namespace plait {

void GrowingText::Add(int32_t token) {
  constexpr std::string_view kReplacement = "\uFFFD";
  window_.push_back(token);
  const std::string decoded = tokenizer_.Decode(window_, skips_special_tokens_);
  text_.resize(settled_);
  text_.append(decoded, settled_in_window_);
  // The bytes of a character may come with two tokens, and until they are all there it is U+FFFD.
  if (!tokenizer_.decodes_each_token() || decoded.ends_with(kReplacement)) {
    return;
  }
  // A token that is left out of the text is not the first of what follows.
  const std::string alone = tokenizer_.Decode({&token, 1}, skips_special_tokens_);
  if (!alone.empty()) {
    settled_ = text_.size();
    window_ = {token};
    settled_in_window_ = alone.size();
  }
}

}  // namespace plait
