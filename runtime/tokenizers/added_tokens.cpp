// The rules of the `tokenizers` library for added tokens, its order of matching included.
#include "runtime/tokenizers/added_tokens.h"

#include <algorithm>

#include <fmt/format.h>

#include "compiler/base/value.h"
#include "runtime/tokenizers/unicode.h"

namespace plait::tokenizers {
namespace {

Result<AddedToken> ReadToken(const JsonView& json, const Normalizer& normalizer) {
  AddedToken token{};
  PLAIT_TRY(JsonView id, json.Field("id"));
  PLAIT_TRY(token.id, id.AsId());
  PLAIT_TRY(token.content, json.StringField("content"));
  PLAIT_TRY(token.single_word, json.BoolField("single_word"));
  PLAIT_TRY(token.lstrip, json.BoolField("lstrip"));
  PLAIT_TRY(token.rstrip, json.BoolField("rstrip"));
  PLAIT_TRY(token.normalized, json.BoolField("normalized"));
  PLAIT_TRY(token.special, json.BoolField("special"));
  token.matched_as = token.content;
  if (token.normalized) {
    PLAIT_TRY(token.matched_as, normalizer.Apply(token.content));
  }
  if (token.matched_as.empty()) {
    return json.Invalid(
        fmt::format("the added token {} is empty{}", QuoteJson(token.content), token.content.empty() ? "" : " after the normalizer"));
  }
  return token;
}

size_t StartOfWhiteSpaceBefore(std::string_view text, size_t offset) {
  while (offset > 0) {
    CodePoint c = DecodeBefore(text, offset);
    if (!IsWhiteSpace(c.value)) {
      break;
    }
    offset -= c.size;
  }
  return offset;
}

size_t EndOfWhiteSpaceFrom(std::string_view text, size_t offset) {
  while (offset < text.size()) {
    CodePoint c = DecodeAt(text, offset);
    if (!IsWhiteSpace(c.value)) {
      break;
    }
    offset += c.size;
  }
  return offset;
}

bool HasWhiteSpace(std::string_view text) {
  for (size_t offset = 0; offset < text.size();) {
    const CodePoint c = DecodeAt(text, offset);
    if (IsWhiteSpace(c.value)) {
      return true;
    }
    offset += c.size;
  }
  return false;
}

bool TouchesWord(std::string_view text, size_t begin, size_t end) {
  return (begin > 0 && IsWord(DecodeBefore(text, begin).value)) || (end < text.size() && IsWord(DecodeAt(text, end).value));
}

}  // namespace

void TokenTrie::Add(std::string_view text, size_t value) {
  size_t node = 0;
  for (char c : text) {
    auto [child, is_new] = nodes_[node].children.try_emplace(c, nodes_.size());
    node = child->second;
    if (is_new) {
      nodes_.emplace_back();
    }
  }
  if (!nodes_[node].value) {
    nodes_[node].value = value;
  }
}

std::optional<TokenTrie::Match> TokenTrie::LongestAt(std::string_view text, size_t offset) const {
  std::optional<Match> longest;
  size_t node = 0;
  for (size_t end = offset; end < text.size(); ++end) {
    auto child = nodes_[node].children.find(text[end]);
    if (child == nodes_[node].children.end()) {
      break;
    }
    node = child->second;
    if (nodes_[node].value) {
      longest = Match{*nodes_[node].value, end + 1 - offset};
    }
  }
  return longest;
}

Result<AddedTokens> AddedTokens::Read(const JsonView& json, const Vocabulary& vocabulary, const Normalizer& normalizer) {
  PLAIT_TRY(std::vector<JsonView> items, json.AsList());
  AddedTokens added;
  int32_t next_id = vocabulary.size();
  for (const JsonView& item : items) {
    PLAIT_TRY(AddedToken token, ReadToken(item, normalizer));
    std::optional<int32_t> known = vocabulary.Find(token.content);
    if (known && *known != token.id) {
      return item.Invalid(
          fmt::format("the added token {} has id {}, but {} in the vocabulary", QuoteJson(token.content), token.id, *known));
    }
    if (!known && vocabulary.Token(token.id)) {
      return item.Invalid(fmt::format("the added token {} has id {}, which is that of {}", QuoteJson(token.content), token.id,
                                      QuoteJson(*vocabulary.Token(token.id))));
    }
    if (!known && token.id != next_id++) {
      return item.Invalid(
          fmt::format("the added token {} has id {}, but the next free one is {}", QuoteJson(token.content), token.id, next_id - 1));
    }
    PLAIT_TRY_VOID(added.Add(std::move(token), item));
  }
  return added;
}

Result<void> AddedTokens::Add(AddedToken token, const JsonView& json) {
  size_t position = tokens_.size();
  if (!by_content_.try_emplace(token.content, position).second) {
    return json.Invalid(fmt::format("the added token {} stands twice", QuoteJson(token.content)));
  }
  by_id_.emplace(token.id, position);
  (token.normalized ? normalized_trie_ : raw_trie_).Add(token.matched_as, position);
  if (token.special) {
    specials_.insert(token.content);
  }
  end_id_ = std::max(end_id_, token.id + 1);
  leave_white_space_ = leave_white_space_ && !token.rstrip && !HasWhiteSpace(token.matched_as);
  tokens_.push_back(std::move(token));
  return {};
}

std::vector<Piece> AddedTokens::FindIn(std::string_view text, const TokenTrie& trie) const {
  std::vector<Piece> pieces;
  size_t covered = 0;
  for (size_t offset = 0; offset < text.size();) {
    std::optional<TokenTrie::Match> match = trie.LongestAt(text, offset);
    if (!match) {
      ++offset;
      continue;
    }
    const AddedToken& token = tokens_[match->value];
    size_t begin = offset;
    size_t end = offset = offset + match->size;
    if (token.single_word && TouchesWord(text, begin, end)) {
      continue;
    }
    if (token.lstrip) {
      begin = std::max(StartOfWhiteSpaceBefore(text, begin), covered);
    }
    if (token.rstrip) {
      end = EndOfWhiteSpaceFrom(text, end);
    }
    if (covered < begin) {
      pieces.push_back({covered, begin, std::nullopt});
    }
    pieces.push_back({begin, end, token.id});
    covered = end;
  }
  if (covered < text.size()) {
    pieces.push_back({covered, text.size(), std::nullopt});
  }
  return pieces;
}

Result<SplitText> AddedTokens::Extract(std::string_view text, const Normalizer& normalizer) const {
  SplitText split;
  for (const Piece& raw : FindIn(text, raw_trie_)) {
    if (raw.token) {
      split.pieces.push_back(raw);
      continue;
    }
    PLAIT_TRY(std::string normalized, normalizer.Apply(text.substr(raw.begin, raw.end - raw.begin)));
    size_t base = split.text.size();
    split.text += normalized;
    for (const Piece& piece : FindIn(normalized, normalized_trie_)) {
      split.pieces.push_back({base + piece.begin, base + piece.end, piece.token});
    }
  }
  // The bounds of an added token stood for the text before the normalizer.
  for (Piece& piece : split.pieces) {
    if (piece.token) {
      piece.begin = piece.end = 0;
    }
  }
  return split;
}

std::optional<int32_t> AddedTokens::Find(std::string_view content) const {
  auto found = by_content_.find(std::string(content));
  return found == by_content_.end() ? std::nullopt : std::optional(tokens_[found->second].id);
}

std::optional<std::string_view> AddedTokens::Token(int32_t id) const {
  auto found = by_id_.find(id);
  return found == by_id_.end() ? std::nullopt : std::optional<std::string_view>(tokens_[found->second].matched_as);
}

}  // namespace plait::tokenizers
