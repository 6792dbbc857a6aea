// The tokens of a file, each with the comments around it.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "compiler/base/source.h"
#include "compiler/syntax/token.h"

namespace plait::format {

/// A comment on a line of its own, documentation or not; without the blanks at its end.
struct CommentLine {
  std::string_view text;
  bool is_blank_before = false;
};

struct Piece {
  TokenKind kind = TokenKind::EndOfFile;
  std::string_view text;
  uint32_t begin = 0;
  /// A line break stands before it.
  bool starts_line = false;
  /// An empty line stands right before it.
  bool is_blank_before = false;
  /// Documentation is among the comments between the token before and this one.
  bool is_documented = false;
  /// The comments on lines of their own before it.
  uint32_t first_comment = 0;
  uint32_t comment_count = 0;
  /// The comment behind it on its line; empty where there is none.
  std::string_view trailing;
};

struct Pieces {
  /// All tokens but documentation. Ends with that of the end of the file.
  std::vector<Piece> pieces;
  std::vector<CommentLine> comments;
};

Pieces SplitIntoPieces(const SourceManager& sources, const TokenBuffer& buffer);

}  // namespace plait::format
