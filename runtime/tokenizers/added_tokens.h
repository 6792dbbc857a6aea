// Tokens beside the model's: found in the text before anything else looks at it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "compiler/base/result.h"
#include "runtime/tokenizers/json_view.h"
#include "runtime/tokenizers/normalizer.h"
#include "runtime/tokenizers/split_text.h"
#include "runtime/tokenizers/vocabulary.h"

namespace plait::tokenizers {

struct AddedToken {
  int32_t id;
  std::string content;
  /// The content after the normalizer, for a token that is matched in normalized text; otherwise the content.
  std::string matched_as;
  /// Matches only between characters that belong to no word.
  bool single_word;
  /// Takes the white space before or after it along.
  bool lstrip;
  bool rstrip;
  /// Is looked for after the normalizer instead of before it.
  bool normalized;
  /// Is left out of decoded text on request.
  bool special;
};

/// Finds the longest of several texts at every place.
class TokenTrie {
 public:
  void Add(std::string_view text, size_t value);
  struct Match {
    size_t value;
    size_t size;
  };
  /// The longest text that stands at `offset`.
  [[nodiscard]] std::optional<Match> LongestAt(std::string_view text, size_t offset) const;

 private:
  struct Node {
    std::map<char, size_t> children;
    std::optional<size_t> value;
  };
  std::vector<Node> nodes_ = std::vector<Node>(1);
};

class AddedTokens {
 public:
  AddedTokens() = default;
  /// Reads `added_tokens`. Fails with `tokenizer-invalid` where an id is not the one that the `tokenizers` library would give: that of
  /// the vocabulary's token of the same text, or else the next free one.
  static Result<AddedTokens> Read(const JsonView& json, const Vocabulary& vocabulary, const Normalizer& normalizer);

  /// Finds the tokens in the text, normalizes what lies between and finds those that match only there.
  [[nodiscard]] Result<SplitText> Extract(std::string_view text, const Normalizer& normalizer) const;

  /// Whether no token has white space in it or takes along what follows it.
  [[nodiscard]] bool leave_white_space() const { return leave_white_space_; }

  [[nodiscard]] std::optional<int32_t> Find(std::string_view content) const;
  /// What the decoder sees of the id.
  [[nodiscard]] std::optional<std::string_view> Token(int32_t id) const;
  [[nodiscard]] bool IsSpecial(std::string_view token) const { return specials_.contains(std::string(token)); }
  /// One past the largest id; 0 where there is none.
  [[nodiscard]] int32_t end_id() const { return end_id_; }

 private:
  [[nodiscard]] std::vector<Piece> FindIn(std::string_view text, const TokenTrie& trie) const;
  Result<void> Add(AddedToken token, const JsonView& json);

  std::vector<AddedToken> tokens_;
  /// Positions in tokens_.
  std::unordered_map<int32_t, size_t> by_id_;
  std::unordered_map<std::string, size_t> by_content_;
  std::unordered_set<std::string> specials_;
  TokenTrie raw_trie_;
  TokenTrie normalized_trie_;
  int32_t end_id_ = 0;
  bool leave_white_space_ = true;
};

}  // namespace plait::tokenizers
