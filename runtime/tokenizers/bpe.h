// Byte pair encoding: a word's characters joined pair by pair, the best-ranked pair first.
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

/// Which token two neighbours join into, and how early.
struct Merge {
  uint32_t rank;
  int32_t id;
};

/// The merges by the ids of their two tokens.
class MergeTable {
 public:
  explicit MergeTable(size_t expected);

  /// A later merge of the same pair takes the place of an earlier one.
  void Set(int32_t left, int32_t right, Merge merge);
  [[nodiscard]] const Merge* Find(int32_t left, int32_t right) const;

 private:
  struct Slot {
    uint64_t pair;
    Merge merge;
  };
  [[nodiscard]] size_t SlotOf(uint64_t pair) const;

  std::vector<Slot> slots_;
};

/// See https://arxiv.org/abs/1508.07909.
class BpeModel {
 public:
  /// Reads `model` of type BPE. Fails with `tokenizer-invalid` where a merge names a token that is not in the vocabulary.
  static Result<BpeModel> Read(const JsonView& json);

  [[nodiscard]] const Vocabulary& vocabulary() const { return vocabulary_; }
  /// The ids of all pieces in order. Fails with `tokenizer-invalid` where the unknown token is needed and not in the vocabulary.
  [[nodiscard]] Result<std::vector<int32_t>> Encode(const SplitText& split) const;

 private:
  struct Options {
    std::optional<std::string> unk_token;
    std::string continuing_subword_prefix;
    std::string end_of_word_suffix;
    bool fuse_unk;
    bool byte_fallback;
    bool ignore_merges;
  };
  class Word;

  BpeModel(Vocabulary vocabulary, MergeTable merges, Options options);

  static Result<Options> ReadOptions(const JsonView& json);
  static Result<MergeTable> ReadMerges(const JsonView& json, const Vocabulary& vocabulary, size_t prefix_size);
  [[nodiscard]] Result<void> AddCharacters(std::string_view text, Word& word) const;
  /// A character that is not in the vocabulary: as its bytes, as the unknown token or not at all.
  [[nodiscard]] Result<void> AddUnknown(std::string_view character, Word& word) const;
  /// The ids of the bytes as tokens `<0x00>` to `<0xFF>`, or none where one of them is missing.
  [[nodiscard]] std::vector<int32_t> ByteTokens(std::string_view bytes) const;

  Vocabulary vocabulary_;
  MergeTable merges_;
  Options options_;
  std::optional<int32_t> unk_id_;
};

}  // namespace plait::tokenizers
