// Text to token ids and back, as a Hugging Face tokenizer.json states it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/result.h"

namespace plait {

struct Encoding {
  std::vector<int32_t> input_ids;
  /// One a token: 0 for the first text and its special tokens, 1 for the second, as the post-processor states.
  std::vector<int32_t> token_type_ids;

  bool operator==(const Encoding&) const = default;
};

/// Immutable; one may be used from several threads at once. Gives exactly the ids of the `tokenizers` library.
class Tokenizer {
 public:
  /// Reads the text of a tokenizer.json; `name` is what messages call it. Fails with `tokenizer-invalid` where the file is broken
  /// and `tokenizer-unsupported`, naming the part, where it asks for what this class does not have.
  static Result<Tokenizer> Parse(std::string_view tokenizer_json, std::string_view name);

  Tokenizer(Tokenizer&&) noexcept;
  Tokenizer& operator=(Tokenizer&&) noexcept;
  ~Tokenizer();

  /// Truncation and padding that the file may state are not applied: lengths are the caller's business.
  /// Fails with `input-invalid` where a text is not UTF-8, is longer than 16 MiB at some stage or makes a pattern take too many steps,
  /// and with `tokenizer-invalid` where it needs an unknown token that the vocabulary lacks.
  Result<Encoding> Encode(std::string_view text, bool add_special_tokens) const;
  Result<Encoding> EncodePair(std::string_view first, std::string_view second, bool add_special_tokens) const;

  /// The special tokens that `Encode` puts before a text.
  [[nodiscard]] std::vector<int32_t> TokensBeforeText() const;
  /// Whether `LastCut` knows where texts may be cut.
  [[nodiscard]] bool cuts_at_white_space() const;
  /// The last place where the text may be cut: however it goes on, its tokens without special ones around them are those of what stands
  /// before that place and then those of the rest. 0 where no such place is known.
  [[nodiscard]] size_t LastCut(std::string_view text) const;

  /// Bytes that are no valid UTF-8 become U+FFFD, as in the `tokenizers` library. Ids outside the vocabulary are skipped.
  [[nodiscard]] std::string Decode(std::span<const int32_t> ids, bool skip_special_tokens) const;
  /// Whether what a token decodes to depends on no other one, but on whether it is the first, and where a character's bytes are those of
  /// several tokens.
  [[nodiscard]] bool decodes_each_token() const;

  [[nodiscard]] std::optional<int32_t> TokenToId(std::string_view token) const;
  /// One past the largest id, added tokens included.
  [[nodiscard]] int32_t vocab_size() const;

 private:
  struct Impl;
  explicit Tokenizer(std::unique_ptr<const Impl> impl);
  std::unique_ptr<const Impl> impl_;
};

}  // namespace plait
