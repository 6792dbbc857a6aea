// How matches and what lies between them are kept, joined or dropped.
#include "runtime/tokenizers/split_text.h"

#include <algorithm>

namespace plait::tokenizers {
namespace {

/// Joins a stretch to the one before it where `joins(stretch, previous)` says so.
template <class Joins>
std::vector<Stretch> JoinNeighbours(const std::vector<Stretch>& stretches, Joins joins) {
  std::vector<Stretch> out;
  bool previous_is_match = false;
  for (const Stretch& stretch : stretches) {
    if (!out.empty() && joins(stretch.is_match, previous_is_match)) {
      out.back().begin = std::min(out.back().begin, stretch.begin);
      out.back().end = std::max(out.back().end, stretch.end);
    } else {
      out.push_back(stretch);
    }
    previous_is_match = stretch.is_match;
  }
  return out;
}

bool IsFirstOfMatches(bool is_match, bool previous_is_match) { return is_match && !previous_is_match; }

}  // namespace

Result<void> CheckLength(size_t bytes) {
  if (bytes > kLongestText) {
    return Error{FailureKind::InputInvalid, "the text is longer than 16 MiB inside the tokenizer", {}, {}};
  }
  return {};
}

Result<SplitBehavior> ReadSplitBehavior(const JsonView& json) {
  PLAIT_TRY(std::string name, json.AsString());
  if (name == "Removed") {
    return SplitBehavior::kRemoved;
  }
  if (name == "Isolated") {
    return SplitBehavior::kIsolated;
  }
  if (name == "MergedWithPrevious") {
    return SplitBehavior::kMergedWithPrevious;
  }
  if (name == "MergedWithNext") {
    return SplitBehavior::kMergedWithNext;
  }
  if (name == "Contiguous") {
    return SplitBehavior::kContiguous;
  }
  return json.UnsupportedPart("split behavior", name);
}

std::vector<Stretch> ApplyBehavior(std::vector<Stretch> stretches, SplitBehavior behavior) {
  switch (behavior) {
    case SplitBehavior::kRemoved:
      std::erase_if(stretches, [](const Stretch& stretch) { return stretch.is_match; });
      return stretches;
    case SplitBehavior::kIsolated:
      return stretches;
    case SplitBehavior::kContiguous:
      return JoinNeighbours(stretches, [](bool is_match, bool previous_is_match) { return is_match == previous_is_match; });
    case SplitBehavior::kMergedWithPrevious:
      return JoinNeighbours(stretches, IsFirstOfMatches);
    case SplitBehavior::kMergedWithNext:
      std::reverse(stretches.begin(), stretches.end());
      stretches = JoinNeighbours(stretches, IsFirstOfMatches);
      std::reverse(stretches.begin(), stretches.end());
      return stretches;
  }
  return stretches;
}

}  // namespace plait::tokenizers
