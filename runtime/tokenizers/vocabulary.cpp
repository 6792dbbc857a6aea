// One block of text, sorted entries and an open hash table: a vocabulary of 50,000 tokens is read in a few milliseconds.
#include "runtime/tokenizers/vocabulary.h"

#include <algorithm>
#include <bit>
#include <functional>

#include <fmt/format.h>

#include "compiler/base/value.h"

namespace plait::tokenizers {

Result<Vocabulary> Vocabulary::Read(const JsonView& json) {
  PLAIT_TRY(simdjson::dom::object object, json.AsObject());
  Vocabulary vocabulary;
  for (auto [token, element] : object) {
    int64_t id = -1;
    if (!element.is_int64() || element.get(id) != simdjson::SUCCESS || id < 0 || id > JsonView::kMaxId) {
      JsonView entry(element, fmt::format("{}[{}]", json.place(), QuoteJson(token)));
      PLAIT_TRY([[maybe_unused]] int32_t unreachable, entry.AsId());
    }
    vocabulary.entries_.push_back({vocabulary.text_.size(), static_cast<uint32_t>(token.size()), static_cast<int32_t>(id)});
    vocabulary.text_ += token;
    vocabulary.longest_ = std::max(vocabulary.longest_, token.size());
  }
  if (vocabulary.entries_.empty()) {
    return json.Invalid("the vocabulary is empty");
  }
  PLAIT_TRY_VOID(vocabulary.Index(json));
  return vocabulary;
}

Result<void> Vocabulary::Index(const JsonView& json) {
  auto by_id = [](const Entry& a, const Entry& b) { return a.id < b.id; };
  if (!std::is_sorted(entries_.begin(), entries_.end(), by_id)) {
    std::stable_sort(entries_.begin(), entries_.end(), by_id);
  }
  auto clash = std::adjacent_find(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) { return a.id == b.id; });
  if (clash != entries_.end()) {
    return json.Invalid(
        fmt::format("the tokens {} and {} have the same id {}", QuoteJson(TextOf(clash[0])), QuoteJson(TextOf(clash[1])), clash->id));
  }
  slots_.assign(std::bit_ceil(entries_.size() * 2), Slot{kFree, 0});
  for (size_t i = 0; i < entries_.size(); ++i) {
    std::string_view token = TextOf(entries_[i]);
    size_t hash = HashOf(token);
    Slot& slot = slots_[SlotOf(token, hash)];
    if (slot.position != kFree) {
      return json.Invalid(fmt::format("the token {} stands twice", QuoteJson(token)));
    }
    slot = {static_cast<uint32_t>(i), TagOf(hash)};
  }
  return {};
}

size_t Vocabulary::HashOf(std::string_view token) { return std::hash<std::string_view>()(token); }

size_t Vocabulary::SlotOf(std::string_view token, size_t hash) const {
  size_t mask = slots_.size() - 1;
  uint32_t tag = TagOf(hash);
  size_t position = hash & mask;
  for (const Slot* slot = &slots_[position]; slot->position != kFree; slot = &slots_[position]) {
    if (slot->tag == tag && TextOf(entries_[slot->position]) == token) {
      break;
    }
    position = (position + 1) & mask;
  }
  return position;
}

std::optional<int32_t> Vocabulary::Find(std::string_view token) const {
  uint32_t position = slots_[SlotOf(token, HashOf(token))].position;
  if (position == kFree) {
    return std::nullopt;
  }
  return entries_[position].id;
}

std::optional<std::string_view> Vocabulary::Token(int32_t id) const {
  // Ids mostly run from 0 without a gap, so the entry is mostly at its own id.
  if (id >= 0 && id < size() && entries_[static_cast<size_t>(id)].id == id) {
    return TextOf(entries_[static_cast<size_t>(id)]);
  }
  auto found = std::lower_bound(entries_.begin(), entries_.end(), id, [](const Entry& entry, int32_t wanted) { return entry.id < wanted; });
  if (found == entries_.end() || found->id != id) {
    return std::nullopt;
  }
  return TextOf(*found);
}

}  // namespace plait::tokenizers
