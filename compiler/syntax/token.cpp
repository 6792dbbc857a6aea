// What tokens are called, and their dump.
#include "compiler/syntax/token.h"

#include <array>

#include <fmt/format.h>

#include "compiler/base/value.h"

namespace plait {

namespace {

constexpr auto kKindNames = std::to_array<std::string_view>({
#define X(kind, spelling) #kind,
#include "compiler/syntax/tokens.def"
#undef X
});

constexpr auto kTokenNames = std::to_array<std::string_view>({
#define X(kind, spelling) spelling,
#include "compiler/syntax/tokens.def"
#undef X
});

/// On one line, whatever the token holds; the text of format strings in quotes, because it may end with blanks.
std::string Shown(TokenKind kind, std::string_view text) {
  if (kind == TokenKind::FormatText) {
    return QuoteJson(text);
  }
  std::string shown;
  for (char c : text) {
    shown += c == '\n' ? "\\n" : (c == '\r' ? "\\r" : std::string(1, c));
  }
  return shown;
}

}  // namespace

std::string_view TokenName(TokenKind kind) { return kTokenNames[static_cast<size_t>(kind)]; }

std::string Dump(const SourceManager& sources, const TokenBuffer& buffer) {
  std::string dump;
  for (const Token& token : buffer.tokens) {
    LineColumn place = sources.Position(buffer.file, token.begin);
    std::string text = Shown(token.kind, sources.Text(Span{buffer.file, token.begin, token.end}));
    dump +=
        fmt::format("{}:{} {}{}{}\n", place.line, place.column, kKindNames[static_cast<size_t>(token.kind)], text.empty() ? "" : " ", text);
  }
  return dump;
}

}  // namespace plait
