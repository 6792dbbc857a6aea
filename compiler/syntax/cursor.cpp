// The parser's view of the tokens, and which brackets belong together.
#include "compiler/syntax/cursor.h"

#include <algorithm>
#include <array>

namespace plait {

namespace {

/// The opening bracket that a closing one belongs to.
TokenKind OpenerOf(TokenKind closer) {
  switch (closer) {
    case TokenKind::RightParen:
      return TokenKind::LeftParen;
    case TokenKind::RightBracket:
      return TokenKind::LeftBracket;
    case TokenKind::FormatClose:
      return TokenKind::FormatOpen;
    default:
      return TokenKind::LeftBrace;
  }
}

/// The brackets that are open at one place of the text. An expression in a format string is a world of its own: a closing
/// bracket in it never belongs to an opening one outside.
class OpenBrackets {
 public:
  struct Bracket {
    uint32_t index = 0;
    TokenKind kind = TokenKind::LeftParen;
  };

  [[nodiscard]] bool is_in_format_string() const { return worlds_.size() > 1; }

  void Open(Bracket bracket) {
    brackets_.push_back(bracket);
    if (bracket.kind == TokenKind::FormatOpen) {
      worlds_.emplace_back();
    } else {
      ++Count(bracket.kind);
    }
  }

  /// The opening bracket for a closing one; those opened after it stay without a partner. Nothing where none is open.
  std::optional<uint32_t> Close(TokenKind opener) {
    if (opener == TokenKind::FormatOpen) {
      worlds_.pop_back();
    } else if (Count(opener) == 0) {
      return std::nullopt;
    }
    while (true) {
      Bracket bracket = brackets_.back();
      brackets_.pop_back();
      if (opener != TokenKind::FormatOpen) {
        --Count(bracket.kind);
      }
      if (bracket.kind == opener) {
        return bracket.index;
      }
    }
  }

  void Clear() {
    brackets_.clear();
    worlds_.assign(1, {});
  }

 private:
  int& Count(TokenKind kind) {
    size_t index = kind == TokenKind::LeftParen ? 0 : (kind == TokenKind::LeftBracket ? 1 : 2);
    return worlds_.back()[index];
  }

  std::vector<Bracket> brackets_;
  /// How many of `(`, `[` and `{` are open, one element more for each format string around.
  std::vector<std::array<int, 3>> worlds_ = {{}};
};

}  // namespace

bool IsOpener(TokenKind kind) {
  return kind == TokenKind::LeftParen || kind == TokenKind::LeftBracket || kind == TokenKind::LeftBrace || kind == TokenKind::FormatOpen;
}

bool IsCloser(TokenKind kind) {
  return kind == TokenKind::RightParen || kind == TokenKind::RightBracket || kind == TokenKind::RightBrace ||
         kind == TokenKind::FormatClose;
}

bool IsReserved(TokenKind kind) { return kind >= TokenKind::Let && kind <= TokenKind::Otherwise; }

bool IsDeclarationWord(std::string_view word) {
  static constexpr std::string_view kWords[] = {"import", "const", "record", "enum", "task", "fn", "service", "test"};
  return std::find(std::begin(kWords), std::end(kWords), word) != std::end(kWords);
}

Cursor::Cursor(const SourceManager& sources, const TokenBuffer& buffer) : file_(buffer.file), text_(sources.Text(buffer.file)) {
  tokens_.reserve(buffer.tokens.size());
  for (const Token& token : buffer.tokens) {
    if (token.kind != TokenKind::Doc) {
      tokens_.push_back(token);
      continue;
    }
    std::string_view line = TextOf(token).substr(3);
    line = line.substr(0, line.find_last_not_of(" \t\r") + 1);
    docs_.push_back({static_cast<uint32_t>(tokens_.size()), line.starts_with(' ') ? line.substr(1) : line});
  }
  MatchBrackets();
}

const Token& Cursor::TokenAt(uint32_t index) const { return index < tokens_.size() ? tokens_[index] : tokens_.back(); }

bool Cursor::AtWord(uint32_t ahead) const {
  TokenKind kind = Peek(ahead).kind;
  return kind == TokenKind::Name || IsReserved(kind);
}

Token Cursor::Advance() {
  Token token = Peek();
  if (token.kind != TokenKind::EndOfFile) {
    ++index_;
  }
  return token;
}

bool Cursor::Take(TokenKind kind) {
  if (!At(kind)) {
    return false;
  }
  Advance();
  return true;
}

void Cursor::DropFirstCharacter(TokenKind rest) {
  tokens_[index_].kind = rest;
  ++tokens_[index_].begin;
}

Span Cursor::SpanFrom(uint32_t first) const {
  const Token& token = TokenAt(first);
  if (index_ <= first) {
    return {file_, token.begin, token.begin};
  }
  return {file_, token.begin, Previous().end};
}

std::optional<uint32_t> Cursor::PartnerOf(uint32_t bracket) const {
  uint32_t partner = bracket < partners_.size() ? partners_[bracket] : kNoPartner;
  return partner == kNoPartner ? std::nullopt : std::optional(partner);
}

std::string Cursor::Documentation() const {
  auto line = std::lower_bound(docs_.begin(), docs_.end(), index_, [](const DocLine& doc, uint32_t index) { return doc.index < index; });
  std::string documentation;
  for (bool is_first = true; line != docs_.end() && line->index == index_; ++line, is_first = false) {
    documentation += is_first ? "" : "\n";
    documentation += line->text;
  }
  return documentation;
}

bool Cursor::IsDeclarationAt(uint32_t index) const {
  const Token& token = TokenAt(index);
  bool is_in_column_1 = token.begin == 0 || text_[token.begin - 1] == '\n';
  if (token.kind != TokenKind::Name || !is_in_column_1 || !IsDeclarationWord(TextOf(token))) {
    return false;
  }
  const Token& next = TokenAt(index + 1);
  return !next.starts_line && (next.kind == TokenKind::Name || next.kind == TokenKind::String);
}

void Cursor::MatchBrackets() {
  partners_.assign(tokens_.size(), kNoPartner);
  OpenBrackets open;
  for (uint32_t i = 0; i < tokens_.size(); ++i) {
    TokenKind kind = tokens_[i].kind;
    if (IsOpener(kind)) {
      open.Open({i, kind});
    } else if (IsCloser(kind)) {
      if (std::optional<uint32_t> opener = open.Close(OpenerOf(kind))) {
        partners_[i] = *opener;
        partners_[*opener] = i;
      }
    } else if (!open.is_in_format_string() && IsDeclarationAt(i)) {
      open.Clear();
    }
  }
}

}  // namespace plait
