// The lexer's literals: numbers, strings and format strings.
#include "compiler/syntax/characters.h"
#include "compiler/syntax/lexer.h"
#include "compiler/syntax/literals.h"

namespace plait {

void Lexer::LexNumber() {
  uint32_t begin = position_;
  if (LexForeignNumber(begin)) {
    return;
  }
  ScannedNumber number = ScanNumber(text_.substr(begin, limit_ - begin));
  uint32_t end = begin + static_cast<uint32_t>(number.length);
  if (IsWordStart(CharAt(end))) {
    LexUnit(begin, end);
    return;
  }
  Push(number.is_float ? TokenKind::Float : TokenKind::Int, begin, end);
}

bool Lexer::LexForeignNumber(uint32_t begin) {
  char base = CharAt(begin + 1);
  if (CharAt(begin) != '0' || (base != 'x' && base != 'X' && base != 'b' && base != 'o') || !IsWordPart(CharAt(begin + 2))) {
    return false;
  }
  uint32_t end = begin + 2;
  while (IsWordPart(CharAt(end))) {
    ++end;
  }
  Report(MakeDiagnostic(DiagnosticKind::ForeignSyntax, SpanOf(begin, end), "integers are written in decimal here"));
  // The number that is meant is not worth reading: `0` stands for it.
  Push(TokenKind::Int, begin, begin + 1);
  position_ = end;
  return true;
}

void Lexer::LexUnit(uint32_t begin, uint32_t suffix) {
  uint32_t end = suffix;
  while (IsWordPart(CharAt(end))) {
    ++end;
  }
  std::string_view unit = text_.substr(suffix, end - suffix);
  if (!FindUnit(unit)) {
    Span span = SpanOf(suffix, end);
    Diagnostic diagnostic = MakeDiagnostic(DiagnosticKind::UnknownUnit, span, "`{}` is not a unit", unit);
    if (std::optional<UnitInfo> meant = GuessUnit(unit)) {
      diagnostic.fixes.push_back(
          {fmt::format("write `{}{}`", text_.substr(begin, suffix - begin), meant->spelling), span, std::string(meant->spelling)});
    }
    diagnostic.notes.push_back("the units are B KiB MiB GiB TiB of memory and ms s min h of time");
    Report(std::move(diagnostic));
  }
  Push(TokenKind::Unit, begin, end);
}

Lexer::Delimiter Lexer::DelimiterAt(uint32_t offset) const {
  char quote = text_[offset];
  bool is_triple = CharAt(offset + 1) == quote && CharAt(offset + 2) == quote;
  return {quote, is_triple ? 3U : 1U};
}

Lexer::StringEnd Lexer::FindStringEnd(uint32_t content, Delimiter delimiter) const {
  bool is_single_line = delimiter.length == 1;
  uint32_t end = content;
  while (end < limit_ && !(is_single_line && text_[end] == '\n')) {
    bool is_quote = text_[end] == delimiter.quote;
    if (is_quote && (is_single_line || (CharAt(end + 1) == delimiter.quote && CharAt(end + 2) == delimiter.quote))) {
      return {end, true};
    }
    bool is_escape = text_[end] == '\\' && end + 1 < limit_ && text_[end + 1] != '\n';
    end += is_escape ? 2 : 1;
  }
  return {is_single_line && end > content && text_[end - 1] == '\r' ? end - 1 : end, false};
}

void Lexer::ReportQuotes(uint32_t begin, uint32_t content, StringEnd end, Delimiter delimiter) {
  std::string quotes(delimiter.length, '"');
  if (!end.is_closed) {
    Report(MakeDiagnostic(DiagnosticKind::Unclosed, SpanOf(begin, content), "this string is not closed")
               .UnderCaret(delimiter.length == 1 ? "a string ends on its line" : "opened here")
               .Fix(fmt::format("write `{}` where the string ends", quotes)));
  } else if (delimiter.quote == '\'') {
    Report(MakeDiagnostic(DiagnosticKind::ForeignSyntax, SpanOf(begin, content), "strings stand in `\"` here")
               .Fix(fmt::format("write `{}` at both ends", quotes)));
  }
}

void Lexer::LexString(uint32_t begin) {
  Delimiter delimiter = DelimiterAt(begin);
  uint32_t content = begin + delimiter.length;
  StringEnd end = FindStringEnd(content, delimiter);
  ReportQuotes(begin, content, end, delimiter);
  if (end.is_closed) {
    Push(TokenKind::String, begin, end.offset + delimiter.length);
  } else {
    Push(TokenKind::UnclosedString, begin, end.offset);
  }
}

void Lexer::LexFormat(uint32_t begin) {
  Delimiter delimiter = DelimiterAt(begin + 1);
  uint32_t content = begin + 1 + delimiter.length;
  StringEnd end = FindStringEnd(content, delimiter);
  ReportQuotes(begin, content, end, delimiter);
  Push(TokenKind::FormatStart, begin, content);
  uint32_t outer_limit = std::exchange(limit_, end.offset);
  is_string_closed_ = end.is_closed;
  LexFormatParts();
  limit_ = outer_limit;
  is_string_closed_ = true;
  Push(TokenKind::FormatEnd, end.offset, end.is_closed ? end.offset + delimiter.length : end.offset);
}

void Lexer::LexFormatParts() {
  while (position_ < limit_) {
    uint32_t end = EndOfFormatText();
    if (end > position_) {
      Push(TokenKind::FormatText, position_, end);
    }
    if (position_ < limit_) {
      LexHole();
    }
  }
}

/// Where the text from `position_` on ends: at a `{` that opens an expression, or at the end of the string.
uint32_t Lexer::EndOfFormatText() {
  for (uint32_t i = position_; i < limit_; ++i) {
    char c = text_[i];
    bool is_doubled = CharAt(i + 1) == c;
    if (c == '\\' && CharAt(i + 1) == 'u' && CharAt(i + 2) == '{') {
      while (i < limit_ && text_[i] != '}') {
        ++i;
      }
    } else if (c == '\\' || ((c == '{' || c == '}') && is_doubled)) {
      ++i;
    } else if (c == '{') {
      return i;
    } else if (c == '}') {
      Report(MakeDiagnostic(DiagnosticKind::SyntaxError, SpanOf(i, i + 1), "this `}}` closes nothing in the format string")
                 .Fix("write `}}` for the character", SpanOf(i, i + 1), "}}"));
    }
  }
  return limit_;
}

void Lexer::LexHole() {
  uint32_t opening = position_;
  Push(TokenKind::FormatOpen, opening, opening + 1);
  int braces = 0;
  int others = 0;
  for (SkipBlanks(); position_ < limit_; SkipBlanks()) {
    if (text_[position_] == '}' && braces == 0) {
      Push(TokenKind::FormatClose, position_, position_ + 1);
      return;
    }
    if (braces == 0 && others == 0 && SkipFormatSpecification()) {
      continue;
    }
    size_t count = buffer_.tokens.size();
    LexToken();
    if (buffer_.tokens.size() == count) {
      continue;
    }
    TokenKind kind = buffer_.tokens.back().kind;
    braces += kind == TokenKind::LeftBrace ? 1 : (kind == TokenKind::RightBrace ? -1 : 0);
    bool opens = kind == TokenKind::LeftParen || kind == TokenKind::LeftBracket;
    bool closes = (kind == TokenKind::RightParen || kind == TokenKind::RightBracket) && others > 0;
    others += opens ? 1 : (closes ? -1 : 0);
  }
  // Where the string is not closed either, that has been reported.
  if (is_string_closed_) {
    Report(MakeDiagnostic(DiagnosticKind::Unclosed, SpanOf(opening, opening + 1), "this `{{` is not closed before the format string ends")
               .Note("the expression cannot hold the quotes of its own string; a `let` before it can give the value a name")
               .Fix("write `}` after the expression, or `{{` for the character"));
  }
  Push(TokenKind::Invalid, limit_, limit_);
  Push(TokenKind::FormatClose, limit_, limit_);
}

bool Lexer::SkipFormatSpecification() {
  char c = text_[position_];
  bool is_conversion = c == '!' && IsWordStart(CharAt(position_ + 1)) && (CharAt(position_ + 2) == '}' || CharAt(position_ + 2) == ':');
  if (c != ':' && !is_conversion) {
    return false;
  }
  size_t close = text_.substr(0, limit_).find('}', position_);
  uint32_t end = close == std::string_view::npos ? limit_ : static_cast<uint32_t>(close);
  Report(MakeDiagnostic(DiagnosticKind::ForeignSyntax, SpanOf(position_, end), "a format string has no format specifications here")
             .Fix(fmt::format("drop `{}`", text_.substr(position_, end - position_)), SpanOf(position_, end), ""));
  position_ = end;
  return true;
}

}  // namespace plait
