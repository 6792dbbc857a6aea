// The greedy search for WordPiece tokens.
#include "runtime/tokenizers/word_piece.h"

#include <algorithm>

#include <fmt/format.h>

#include "compiler/base/value.h"
#include "runtime/tokenizers/unicode.h"

namespace plait::tokenizers {

Result<WordPieceModel> WordPieceModel::Read(const JsonView& json) {
  PLAIT_TRY(std::string unk_token, json.StringField("unk_token"));
  PLAIT_TRY(std::string prefix, json.StringField("continuing_subword_prefix"));
  PLAIT_TRY(JsonView longest_field, json.Field("max_input_chars_per_word"));
  PLAIT_TRY(int32_t longest_word, longest_field.AsId());
  PLAIT_TRY(JsonView vocabulary_field, json.Field("vocab"));
  PLAIT_TRY(Vocabulary vocabulary, Vocabulary::Read(vocabulary_field));
  std::optional<int32_t> unk_id = vocabulary.Find(unk_token);
  if (!unk_id) {
    return json.Invalid(fmt::format("the unknown token {} is not in the vocabulary", QuoteJson(unk_token)));
  }
  return WordPieceModel(std::move(vocabulary), std::move(prefix), longest_word, *unk_id);
}

std::vector<int32_t> WordPieceModel::Encode(const SplitText& split) const {
  std::vector<int32_t> ids;
  ids.reserve(split.pieces.size());
  for (const Piece& piece : split.pieces) {
    if (piece.token) {
      ids.push_back(*piece.token);
      continue;
    }
    std::vector<int32_t> word = EncodeWord(split.TextOf(piece));
    ids.insert(ids.end(), word.begin(), word.end());
  }
  return ids;
}

std::vector<int32_t> WordPieceModel::EncodeWord(std::string_view word) const {
  if (CountCodePoints(word) > static_cast<size_t>(longest_word_)) {
    return {unk_id_};
  }
  std::vector<int32_t> ids;
  for (size_t offset = 0; offset < word.size();) {
    std::optional<Longest> token = LongestToken(word.substr(offset), offset > 0);
    if (!token) {
      return {unk_id_};
    }
    ids.push_back(token->id);
    offset += token->size;
  }
  return ids;
}

std::optional<WordPieceModel::Longest> WordPieceModel::LongestToken(std::string_view rest, bool is_continuing) const {
  size_t prefix_size = is_continuing ? prefix_.size() : 0;
  if (prefix_size >= vocabulary_.longest()) {
    return std::nullopt;
  }
  // No candidate needs to be longer than the longest token. The last character may be cut; only whole ones are looked up.
  std::string_view candidates = rest.substr(0, vocabulary_.longest() - prefix_size);
  std::string prefixed;
  if (prefix_size > 0) {
    prefixed = prefix_;
    prefixed += candidates;
  }
  std::string_view whole = prefix_size > 0 ? std::string_view(prefixed) : candidates;
  for (size_t size = candidates.size(); size > 0; --size) {
    bool ends_a_character = size == rest.size() || (static_cast<unsigned char>(rest[size]) & 0xC0U) != 0x80;
    if (!ends_a_character) {
      continue;
    }
    if (std::optional<int32_t> id = vocabulary_.Find(whole.substr(0, prefix_size + size))) {
      return Longest{*id, size};
    }
  }
  return std::nullopt;
}

}  // namespace plait::tokenizers
