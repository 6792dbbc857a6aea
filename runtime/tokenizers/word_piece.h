// WordPiece: a word cut from its start, the longest known token first.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/result.h"
#include "runtime/tokenizers/json_view.h"
#include "runtime/tokenizers/split_text.h"
#include "runtime/tokenizers/vocabulary.h"

namespace plait::tokenizers {

/// A word that cannot be cut up entirely becomes one unknown token. See https://arxiv.org/abs/1609.08144.
class WordPieceModel {
 public:
  /// Reads `model` of type WordPiece. Fails with `tokenizer-invalid` where the unknown token is not in the vocabulary.
  static Result<WordPieceModel> Read(const JsonView& json);

  [[nodiscard]] const Vocabulary& vocabulary() const { return vocabulary_; }
  /// The ids of all pieces in order.
  [[nodiscard]] std::vector<int32_t> Encode(const SplitText& split) const;

 private:
  WordPieceModel(Vocabulary vocabulary, std::string prefix, int32_t longest_word, int32_t unk_id)
      : vocabulary_(std::move(vocabulary)), prefix_(std::move(prefix)), longest_word_(longest_word), unk_id_(unk_id) {}

  /// The token at the start of `rest`, which stands inside a word where `is_continuing`.
  struct Longest {
    int32_t id;
    size_t size;
  };
  [[nodiscard]] std::optional<Longest> LongestToken(std::string_view rest, bool is_continuing) const;
  [[nodiscard]] std::vector<int32_t> EncodeWord(std::string_view word) const;

  Vocabulary vocabulary_;
  std::string prefix_;
  /// In characters.
  int32_t longest_word_;
  int32_t unk_id_;
};

}  // namespace plait::tokenizers
