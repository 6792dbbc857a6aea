// The state of one run of the lexer.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "compiler/syntax/lex.h"
#include "compiler/syntax/limited_sink.h"

namespace plait {

class Lexer {
 public:
  Lexer(const SourceManager& sources, FileId file, Sink& sink);

  TokenBuffer Run();

 private:
  /// The quotes around a string: `"`, `"""`, and `'` or `'''` of other languages.
  struct Delimiter {
    char quote = '"';
    uint32_t length = 1;
  };
  /// Where a string's content ends, and whether its closing quotes stand there.
  struct StringEnd {
    uint32_t offset = 0;
    bool is_closed = false;
  };

  // Text. Nothing is read at or after `limit_`.
  [[nodiscard]] char CharAt(uint32_t offset) const { return offset < limit_ ? text_[offset] : '\0'; }
  [[nodiscard]] bool StartsWith(std::string_view prefix) const { return text_.substr(position_, limit_ - position_).starts_with(prefix); }
  [[nodiscard]] Span SpanOf(uint32_t begin, uint32_t end) const { return {file_, begin, end}; }
  [[nodiscard]] uint32_t EndOfLine(uint32_t from) const;

  // Results.
  void Push(TokenKind kind, uint32_t begin, uint32_t end);
  void Report(Diagnostic diagnostic);
  void ReportForeign(uint32_t begin, uint32_t end, std::string_view meant);

  bool CheckEncoding();
  /// Blanks and comments; documentation comments are tokens.
  void SkipBlanks();
  bool SkipComment();
  void SkipBlockComment();
  /// One token at `position_`, which is not at a blank.
  void LexToken();

  void LexWord();
  void LexNumber();
  bool LexForeignNumber(uint32_t begin);
  void LexUnit(uint32_t begin, uint32_t suffix);
  bool LexForeignSymbol();
  bool LexSymbol();
  void LexSemicolon();
  bool LexSmartQuotes();
  void LexInvalid();

  [[nodiscard]] Delimiter DelimiterAt(uint32_t offset) const;
  [[nodiscard]] StringEnd FindStringEnd(uint32_t content, Delimiter delimiter) const;
  void ReportQuotes(uint32_t begin, uint32_t content, StringEnd end, Delimiter delimiter);
  void LexString(uint32_t begin);
  void LexFormat(uint32_t begin);
  void LexFormatParts();
  [[nodiscard]] uint32_t EndOfFormatText();
  void LexHole();
  /// `:.2f` and `!r` after an expression in a format string.
  bool SkipFormatSpecification();

  std::string_view text_;
  FileId file_;
  LimitedSink sink_;
  TokenBuffer buffer_;
  uint32_t position_ = 0;
  uint32_t limit_ = 0;
  bool starts_line_ = true;
  /// The format string around `position_` has its closing quotes.
  bool is_string_closed_ = true;
};

}  // namespace plait
