// Text as sentences, whole or while it comes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace plait {

/// A sentence ends after `.`, `!`, `?` or their full-width forms with closing quotes and brackets, where white space follows, and at an
/// empty line. However a text is cut into pieces, the same sentences come out: one is given as soon as nothing that follows can change it.
class SentenceSplitter {
 public:
  /// The sentences that are complete now, without white space around them; none is empty.
  std::vector<std::string> Feed(std::string_view piece);
  /// What is left at the end of the text, if anything.
  std::vector<std::string> Finish();

 private:
  std::string pending_;
  /// How far `pending_` was looked through.
  size_t scanned_ = 0;
};

/// The sentences of a whole text.
std::vector<std::string> SplitSentences(std::string_view text);

}  // namespace plait
