// Where the parser stands in the tokens of a file.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/syntax/token.h"

namespace plait {

bool IsOpener(TokenKind kind);
bool IsCloser(TokenKind kind);
bool IsReserved(TokenKind kind);
/// `import`, `const`, `record`, …
bool IsDeclarationWord(std::string_view word);

/// Documentation is set aside: the tokens that the parser sees have none, and `Documentation` gives what stands before one.
class Cursor {
 public:
  Cursor(const SourceManager& sources, const TokenBuffer& buffer);

  /// The end of the file stands at every index beyond the last.
  [[nodiscard]] const Token& TokenAt(uint32_t index) const;
  [[nodiscard]] const Token& Peek(uint32_t ahead = 0) const { return TokenAt(index_ + ahead); }
  /// The token before the current one. Needs one to be there.
  [[nodiscard]] const Token& Previous() const { return tokens_[index_ - 1]; }
  [[nodiscard]] bool At(TokenKind kind) const { return Peek().kind == kind; }
  [[nodiscard]] bool AtNameThatReads(std::string_view word) const { return At(TokenKind::Name) && TextOf(Peek()) == word; }
  /// Any word, reserved or not.
  [[nodiscard]] bool AtWord(uint32_t ahead = 0) const;
  /// A declaration begins in column 1.
  [[nodiscard]] bool AtDeclaration() const { return IsDeclarationAt(index_); }

  Token Advance();
  bool Take(TokenKind kind);
  [[nodiscard]] uint32_t index() const { return index_; }
  void MoveTo(uint32_t index) { index_ = index; }
  /// Leaves a current token of two characters without its first: `>=` becomes `=`.
  void DropFirstCharacter(TokenKind rest);

  [[nodiscard]] std::string_view TextOf(const Token& token) const { return text_.substr(token.begin, token.end - token.begin); }
  [[nodiscard]] std::string_view TextOf(const Span& span) const { return text_.substr(span.begin, span.end - span.begin); }
  [[nodiscard]] Span SpanOf(const Token& token) const { return {file_, token.begin, token.end}; }
  /// From the token at `first` to the last one before the current.
  [[nodiscard]] Span SpanFrom(uint32_t first) const;
  /// The index of the bracket that closes the one at `opener`, or that is closed by the one at `closer`.
  [[nodiscard]] std::optional<uint32_t> PartnerOf(uint32_t bracket) const;
  /// The documentation right before the current token.
  [[nodiscard]] std::string Documentation() const;

 private:
  struct DocLine {
    /// The token that it stands before.
    uint32_t index = 0;
    std::string_view text;
  };
  static constexpr uint32_t kNoPartner = std::numeric_limits<uint32_t>::max();

  [[nodiscard]] bool IsDeclarationAt(uint32_t index) const;
  void MatchBrackets();

  FileId file_;
  std::string_view text_;
  std::vector<Token> tokens_;
  std::vector<DocLine> docs_;
  std::vector<uint32_t> partners_;
  uint32_t index_ = 0;
};

}  // namespace plait
