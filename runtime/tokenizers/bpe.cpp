// Reads merges and joins words with a priority queue, so that a long word takes n log n steps.
#include "runtime/tokenizers/bpe.h"

#include <algorithm>
#include <bit>
#include <queue>

#include <fmt/format.h>

#include "compiler/base/value.h"
#include "runtime/tokenizers/unicode.h"

namespace plait::tokenizers {
namespace {

/// No pair of ids: both halves would be negative.
constexpr uint64_t kFreeSlot = UINT64_MAX;

uint64_t PairKey(int32_t left, int32_t right) {
  return static_cast<uint64_t>(static_cast<uint32_t>(left)) << 32U | static_cast<uint32_t>(right);
}

/// The two tokens of one merge.
struct MergeNames {
  std::string_view left;
  std::string_view right;
};

Error BrokenMerge(const JsonView& json, size_t index, std::string message) {
  return json.Invalid(std::move(message)).WithPlace(fmt::format("{}[{}]", json.place(), index));
}

/// merge = "left right" | [ "left", "right" ]
Result<std::optional<MergeNames>> ReadMergeNames(simdjson::dom::element element, const JsonView& json, size_t index) {
  std::string_view line;
  if (element.get(line) == simdjson::SUCCESS) {
    if (line.starts_with("#version")) {
      return std::optional<MergeNames>();
    }
    size_t space = line.find(' ');
    if (space == std::string_view::npos || line.find(' ', space + 1) != std::string_view::npos) {
      return BrokenMerge(json, index, fmt::format("expected two tokens with one space between them, found {}", QuoteJson(line)));
    }
    return std::optional(MergeNames{line.substr(0, space), line.substr(space + 1)});
  }
  simdjson::dom::array pair;
  MergeNames names;
  if (element.get(pair) != simdjson::SUCCESS || pair.size() != 2 || pair.at(0).get(names.left) != simdjson::SUCCESS ||
      pair.at(1).get(names.right) != simdjson::SUCCESS) {
    return BrokenMerge(json, index, "expected a merge: two tokens in one string or in a list");
  }
  return std::optional(names);
}

}  // namespace

MergeTable::MergeTable(size_t expected) : slots_(std::bit_ceil(std::max<size_t>(expected, 1) * 2), Slot{kFreeSlot, {}}) {}

size_t MergeTable::SlotOf(uint64_t pair) const {
  constexpr uint64_t kMultiplier = 0x9E3779B97F4A7C15U;
  size_t mask = slots_.size() - 1;
  uint64_t hash = pair * kMultiplier;
  size_t slot = (hash ^ hash >> 32U) & mask;
  while (slots_[slot].pair != kFreeSlot && slots_[slot].pair != pair) {
    slot = (slot + 1) & mask;
  }
  return slot;
}

void MergeTable::Set(int32_t left, int32_t right, Merge merge) {
  uint64_t pair = PairKey(left, right);
  slots_[SlotOf(pair)] = {pair, merge};
}

const Merge* MergeTable::Find(int32_t left, int32_t right) const {
  const Slot& slot = slots_[SlotOf(PairKey(left, right))];
  return slot.pair == kFreeSlot ? nullptr : &slot.merge;
}

/// A word's symbols as a linked list, used again for every word of a text.
class BpeModel::Word {
 public:
  void Clear() { symbols_.clear(); }

  /// A known character.
  void Add(int32_t id) {
    Settle();
    Push(id);
  }

  /// A byte of a character that is known by its bytes only. It goes before an unknown character that waits.
  void AddByte(int32_t id) { Push(id); }

  /// An unknown character. It waits for the next known one, so that several can become one.
  void AddUnknown(int32_t id, bool fuses) {
    if (!fuses) {
      Settle();
    }
    waiting_ = id;
  }

  /// Adds an unknown character that waits.
  void Settle() {
    if (waiting_) {
      Push(*waiting_);
      waiting_.reset();
    }
  }
  void JoinAll(const MergeTable& merges) {
    for (size_t i = 0; i + 1 < symbols_.size(); ++i) {
      Offer(static_cast<int32_t>(i), merges);
    }
    while (!queue_.empty()) {
      Candidate best = queue_.top();
      queue_.pop();
      if (IsStale(best, merges)) {
        continue;
      }
      JoinWithNext(best);
      Offer(At(best.position).previous, merges);
      Offer(best.position, merges);
    }
  }

  void AppendTo(std::vector<int32_t>& ids) const {
    for (const Symbol& symbol : symbols_) {
      if (symbol.is_alive) {
        ids.push_back(symbol.id);
      }
    }
  }

 private:
  static constexpr int32_t kNone = -1;

  struct Symbol {
    int32_t id;
    int32_t previous;
    int32_t next;
    bool is_alive;
  };

  /// A join of the symbol at `position` with the next one, as it looked when it was offered.
  struct Candidate {
    uint32_t rank;
    int32_t position;
    int32_t id;

    /// The queue's top is its greatest: the lowest rank, and of those the leftmost.
    bool operator<(const Candidate& other) const { return rank != other.rank ? rank > other.rank : position > other.position; }
  };

  void Push(int32_t id) {
    auto position = static_cast<int32_t>(symbols_.size());
    if (position > 0) {
      symbols_.back().next = position;
    }
    symbols_.push_back({id, position - 1, kNone, true});
  }

  Symbol& At(int32_t position) { return symbols_[static_cast<size_t>(position)]; }

  void Offer(int32_t position, const MergeTable& merges) {
    if (position == kNone || At(position).next == kNone) {
      return;
    }
    if (const Merge* merge = merges.Find(At(position).id, At(At(position).next).id)) {
      queue_.push({merge->rank, position, merge->id});
    }
  }

  bool IsStale(const Candidate& candidate, const MergeTable& merges) {
    const Symbol& left = At(candidate.position);
    if (!left.is_alive || left.next == kNone) {
      return true;
    }
    const Merge* merge = merges.Find(left.id, At(left.next).id);
    return merge == nullptr || merge->id != candidate.id;
  }

  void JoinWithNext(const Candidate& candidate) {
    Symbol& left = At(candidate.position);
    Symbol& right = At(left.next);
    left.id = candidate.id;
    left.next = right.next;
    right.is_alive = false;
    if (right.next != kNone) {
      At(right.next).previous = candidate.position;
    }
  }

  std::vector<Symbol> symbols_;
  std::optional<int32_t> waiting_;
  std::priority_queue<Candidate> queue_;
};

BpeModel::BpeModel(Vocabulary vocabulary, MergeTable merges, Options options)
    : vocabulary_(std::move(vocabulary)), merges_(std::move(merges)), options_(std::move(options)) {
  if (options_.unk_token) {
    unk_id_ = vocabulary_.Find(*options_.unk_token);
  }
}

Result<BpeModel> BpeModel::Read(const JsonView& json) {
  PLAIT_TRY(Options options, ReadOptions(json));
  PLAIT_TRY(JsonView vocabulary_field, json.Field("vocab"));
  PLAIT_TRY(Vocabulary vocabulary, Vocabulary::Read(vocabulary_field));
  PLAIT_TRY(JsonView merges_field, json.Field("merges"));
  PLAIT_TRY(MergeTable merges, ReadMerges(merges_field, vocabulary, options.continuing_subword_prefix.size()));
  return BpeModel(std::move(vocabulary), std::move(merges), std::move(options));
}

Result<BpeModel::Options> BpeModel::ReadOptions(const JsonView& json) {
  PLAIT_TRY(std::optional<JsonView> dropout, json.FindField("dropout"));
  if (dropout) {
    PLAIT_TRY(double probability, dropout->AsNumber());
    if (probability != 0.0) {
      return dropout->UnsupportedPart("BPE option", "dropout");
    }
  }
  Options options;
  PLAIT_TRY(std::optional<JsonView> unk_token, json.FindField("unk_token"));
  if (unk_token) {
    PLAIT_TRY(options.unk_token, unk_token->AsString());
  }
  PLAIT_TRY(options.continuing_subword_prefix, json.StringFieldOr("continuing_subword_prefix", ""));
  PLAIT_TRY(options.end_of_word_suffix, json.StringFieldOr("end_of_word_suffix", ""));
  PLAIT_TRY(options.fuse_unk, json.BoolFieldOr("fuse_unk", false));
  PLAIT_TRY(options.byte_fallback, json.BoolFieldOr("byte_fallback", false));
  PLAIT_TRY(options.ignore_merges, json.BoolFieldOr("ignore_merges", false));
  return options;
}

Result<MergeTable> BpeModel::ReadMerges(const JsonView& json, const Vocabulary& vocabulary, size_t prefix_size) {
  PLAIT_TRY(simdjson::dom::array array, json.AsArray());
  // The array's own size saturates at 2^24 - 1, which only costs a longer probe in files beyond any real one.
  size_t count = static_cast<size_t>(std::distance(array.begin(), array.end()));
  MergeTable merges(count);
  size_t index = 0;
  uint32_t rank = 0;
  std::string joined;
  for (simdjson::dom::element element : array) {
    size_t here = index++;
    PLAIT_TRY(std::optional<MergeNames> names, ReadMergeNames(element, json, here));
    if (!names) {
      continue;
    }
    std::optional<int32_t> left = vocabulary.Find(names->left);
    std::optional<int32_t> right = vocabulary.Find(names->right);
    if (!left || !right) {
      return BrokenMerge(json, here,
                         fmt::format("the merge names {}, which is not in the vocabulary", QuoteJson(left ? names->right : names->left)));
    }
    joined = names->left;
    joined += names->right.substr(std::min(prefix_size, names->right.size()));
    std::optional<int32_t> id = vocabulary.Find(joined);
    if (!id) {
      return BrokenMerge(json, here,
                         fmt::format("the merge gives {}, which is not in the vocabulary", QuoteJson(ReplaceInvalidUtf8(joined))));
    }
    merges.Set(*left, *right, {rank++, *id});
  }
  return merges;
}

Result<std::vector<int32_t>> BpeModel::Encode(const SplitText& split) const {
  std::vector<int32_t> ids;
  ids.reserve(split.pieces.size());
  Word word;
  for (const Piece& piece : split.pieces) {
    std::string_view text = split.TextOf(piece);
    std::optional<int32_t> whole = piece.token;
    if (!whole && options_.ignore_merges) {
      whole = vocabulary_.Find(text);
    }
    if (whole) {
      ids.push_back(*whole);
      continue;
    }
    word.Clear();
    PLAIT_TRY_VOID(AddCharacters(text, word));
    word.JoinAll(merges_);
    word.AppendTo(ids);
  }
  return ids;
}

std::vector<int32_t> BpeModel::ByteTokens(std::string_view bytes) const {
  std::vector<int32_t> ids;
  for (char byte : bytes) {
    std::optional<int32_t> id = vocabulary_.Find(fmt::format("<0x{:02X}>", static_cast<unsigned char>(byte)));
    if (!id) {
      return {};
    }
    ids.push_back(*id);
  }
  return ids;
}

Result<void> BpeModel::AddCharacters(std::string_view text, Word& word) const {
  std::string decorated;
  for (size_t offset = 0; offset < text.size();) {
    std::string_view character = text.substr(offset, DecodeAt(text, offset).size);
    bool has_prefix = offset > 0 && !options_.continuing_subword_prefix.empty();
    offset += character.size();
    bool has_suffix = offset == text.size() && !options_.end_of_word_suffix.empty();
    if (has_prefix || has_suffix) {
      decorated = fmt::format("{}{}{}", has_prefix ? options_.continuing_subword_prefix : "", character,
                              has_suffix ? options_.end_of_word_suffix : "");
      character = decorated;
    }
    if (std::optional<int32_t> id = vocabulary_.Find(character)) {
      word.Add(*id);
      continue;
    }
    PLAIT_TRY_VOID(AddUnknown(character, word));
  }
  word.Settle();
  return {};
}

Result<void> BpeModel::AddUnknown(std::string_view character, Word& word) const {
  std::vector<int32_t> bytes = options_.byte_fallback ? ByteTokens(character) : std::vector<int32_t>();
  if (!bytes.empty()) {
    std::for_each(bytes.begin(), bytes.end(), [&](int32_t id) { word.AddByte(id); });
    return {};
  }
  if (!options_.unk_token) {
    return {};
  }
  if (!unk_id_) {
    std::string message = fmt::format("the text has {}, which is not in the vocabulary, and neither is the unknown token {}",
                                      QuoteJson(character), QuoteJson(*options_.unk_token));
    return Error{FailureKind::TokenizerInvalid, std::move(message), {}, {}};
  }
  word.AddUnknown(*unk_id_, options_.fuse_unk);
  return {};
}

}  // namespace plait::tokenizers
