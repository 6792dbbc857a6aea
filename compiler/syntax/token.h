// The words of a source file.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/source.h"

namespace plait {

enum class TokenKind : uint8_t {
#define X(kind, spelling) kind,
#include "compiler/syntax/tokens.def"
#undef X
};

/// How messages and dumps call a kind: its spelling in backquotes, or words such as "a name".
std::string_view TokenName(TokenKind kind);

struct Token {
  TokenKind kind;
  /// A line break stands between this token and the one before.
  bool starts_line = false;
  uint32_t begin = 0;
  uint32_t end = 0;
};

/// A comment that is not documentation; kept for the formatter.
struct Comment {
  uint32_t begin = 0;
  uint32_t end = 0;
};

/// Ends with an `EndOfFile` token. Tokens of format strings nest: see lex.h.
struct TokenBuffer {
  FileId file;
  std::vector<Token> tokens;
  std::vector<Comment> comments;
  bool has_errors = false;
};

/// One token a line: `line:column kind text`, for `--emit=tokens` and tests.
std::string Dump(const SourceManager& sources, const TokenBuffer& buffer);

}  // namespace plait
