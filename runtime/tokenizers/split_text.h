// A text cut into pieces on its way to the model, and the ways of cutting it further.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/result.h"
#include "runtime/tokenizers/json_view.h"

namespace plait::tokenizers {

/// Bytes that a text may have at any stage; a file may ask for replacements that make it grow.
inline constexpr size_t kLongestText = size_t{16} << 20U;

/// Fails with `input-invalid` where a text is longer than that.
Result<void> CheckLength(size_t bytes);

/// A piece of a text, or an added token that is cut no further.
struct Piece {
  size_t begin;
  size_t end;
  /// The id where this is an added token; its bounds then mean nothing.
  std::optional<int32_t> token;
};

/// Pieces in order; those that are no added token are not empty.
struct SplitText {
  std::string text;
  std::vector<Piece> pieces;

  [[nodiscard]] std::string_view TextOf(const Piece& piece) const {
    return std::string_view(text).substr(piece.begin, piece.end - piece.begin);
  }
};

/// A stretch of a piece that a pattern matched or that lies between two matches.
struct Stretch {
  size_t begin;
  size_t end;
  bool is_match;
};

/// What becomes of the matches. On `the-final--countdown` and `-`:
enum class SplitBehavior {
  kRemoved,             // the final countdown
  kIsolated,            // the - final - - countdown
  kMergedWithPrevious,  // the- final- - countdown
  kMergedWithNext,      // the -final - -countdown
  kContiguous,          // the - final -- countdown
};

Result<SplitBehavior> ReadSplitBehavior(const JsonView& json);

/// Needs stretches that cover a piece in order; gives the ones to keep, some of them joined.
std::vector<Stretch> ApplyBehavior(std::vector<Stretch> stretches, SplitBehavior behavior);

}  // namespace plait::tokenizers
