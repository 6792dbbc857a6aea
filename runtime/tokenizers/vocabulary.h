// The tokens of a model by text and by id.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/result.h"
#include "runtime/tokenizers/json_view.h"

namespace plait::tokenizers {

class Vocabulary {
 public:
  /// Reads an object of token to id. Fails with `tokenizer-invalid` where it is empty, or a token or an id stands twice.
  static Result<Vocabulary> Read(const JsonView& json);

  [[nodiscard]] std::optional<int32_t> Find(std::string_view token) const;
  [[nodiscard]] std::optional<std::string_view> Token(int32_t id) const;
  [[nodiscard]] int32_t size() const { return static_cast<int32_t>(entries_.size()); }
  /// One past the largest id.
  [[nodiscard]] int32_t end_id() const { return entries_.back().id + 1; }
  /// Bytes of the longest token.
  [[nodiscard]] size_t longest() const { return longest_; }

 private:
  struct Entry {
    uint64_t offset;
    uint32_t length;
    int32_t id;
  };
  struct Slot {
    /// A position in entries_.
    uint32_t position;
    /// The token's hash in part, which tells most other tokens apart without looking at them.
    uint32_t tag;
  };
  static constexpr uint32_t kFree = UINT32_MAX;

  [[nodiscard]] std::string_view TextOf(const Entry& entry) const { return std::string_view(text_).substr(entry.offset, entry.length); }
  static size_t HashOf(std::string_view token);
  static uint32_t TagOf(size_t hash) { return static_cast<uint32_t>(hash >> 32U); }
  /// The slot that holds the token, or the free one where it belongs.
  [[nodiscard]] size_t SlotOf(std::string_view token, size_t hash) const;
  /// Sorts by id and fills the slots.
  Result<void> Index(const JsonView& json);

  std::string text_;
  /// By id.
  std::vector<Entry> entries_;
  /// An open hash table; its size is a power of two.
  std::vector<Slot> slots_;
  size_t longest_ = 0;
};

}  // namespace plait::tokenizers
