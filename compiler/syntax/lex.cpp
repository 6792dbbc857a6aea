// The lexer's main loop: blanks, comments, words and symbols.
#include "compiler/syntax/lex.h"

#include <unordered_map>

#include <llvm/Support/ConvertUTF.h>

#include "compiler/syntax/characters.h"
#include "compiler/syntax/lexer.h"

namespace plait {

namespace {

struct Symbol {
  TokenKind kind;
  std::string_view spelling;
};

constexpr Symbol kSymbols[] = {
#define X(kind, spelling)
#define RESERVED(kind, spelling)
#define SYMBOL(kind, spelling) {TokenKind::kind, spelling},
#include "compiler/syntax/tokens.def"
#undef X
};

/// Operators of other languages, the longest first, and what was meant by them.
struct ForeignSymbol {
  std::string_view spelling;
  std::string_view meant;
  TokenKind kind;
};

constexpr ForeignSymbol kForeignSymbols[] = {
    {"===", "==", TokenKind::EqualEqual}, {"!==", "!=", TokenKind::NotEqual}, {"&&", "and", TokenKind::And},
    {"||", "or", TokenKind::Or},          {":=", "=", TokenKind::Equal},      {"::", ".", TokenKind::Dot},
};

TokenKind WordKind(std::string_view word) {
  static const std::unordered_map<std::string_view, TokenKind> kReserved = {
#define X(kind, spelling)
#define RESERVED(kind, spelling) {spelling, TokenKind::kind},
#define SYMBOL(kind, spelling)
#include "compiler/syntax/tokens.def"
#undef X
  };
  auto found = kReserved.find(word);
  return found == kReserved.end() ? TokenKind::Name : found->second;
}

}  // namespace

TokenBuffer Lex(const SourceManager& sources, FileId file, Sink& sink) { return Lexer(sources, file, sink).Run(); }

Lexer::Lexer(const SourceManager& sources, FileId file, Sink& sink)
    : text_(sources.Text(file)), file_(file), sink_(sink), limit_(static_cast<uint32_t>(text_.size())) {
  buffer_.file = file;
}

TokenBuffer Lexer::Run() {
  if (!CheckEncoding()) {
    position_ = limit_;
  } else if (StartsWith("\xEF\xBB\xBF")) {
    position_ = 3;
  }
  for (SkipBlanks(); position_ < limit_; SkipBlanks()) {
    LexToken();
  }
  Push(TokenKind::EndOfFile, limit_, limit_);
  return std::move(buffer_);
}

uint32_t Lexer::EndOfLine(uint32_t from) const {
  size_t end = text_.find('\n', from);
  return end == std::string_view::npos || end > limit_ ? limit_ : static_cast<uint32_t>(end);
}

void Lexer::Push(TokenKind kind, uint32_t begin, uint32_t end) {
  buffer_.tokens.push_back({kind, starts_line_, begin, end});
  starts_line_ = false;
  position_ = end;
}

void Lexer::Report(Diagnostic diagnostic) {
  buffer_.has_errors = true;
  sink_.Report(std::move(diagnostic));
}

void Lexer::ReportForeign(uint32_t begin, uint32_t end, std::string_view meant) {
  Span span = SpanOf(begin, end);
  std::string_view found = text_.substr(begin, end - begin);
  Report(MakeDiagnostic(DiagnosticKind::ForeignSyntax, span, "`{}` is written `{}` here", found, meant)
             .Fix(fmt::format("write `{}`", meant), span, std::string(meant)));
}

bool Lexer::CheckEncoding() {
  const auto* begin = reinterpret_cast<const llvm::UTF8*>(text_.data());
  const llvm::UTF8* bad = begin;
  if (llvm::isLegalUTF8String(&bad, begin + text_.size())) {
    return true;
  }
  auto offset = static_cast<uint32_t>(bad - begin);
  Report(MakeDiagnostic(DiagnosticKind::FileUnreadable, SpanOf(offset, offset + 1), "the file is not UTF-8: byte 0x{:02x} at offset {}",
                        static_cast<unsigned char>(*bad), offset)
             .Fix("save the file as UTF-8"));
  return false;
}

void Lexer::SkipBlanks() {
  while (position_ < limit_) {
    char c = text_[position_];
    if (c == '\n') {
      starts_line_ = true;
    } else if (c != ' ' && c != '\t' && c != '\r') {
      if (!SkipComment()) {
        return;
      }
      continue;
    }
    ++position_;
  }
}

bool Lexer::SkipComment() {
  if (StartsWith("/*")) {
    SkipBlockComment();
    return true;
  }
  bool is_documentation = StartsWith("///") && CharAt(position_ + 3) != '/';
  if (StartsWith("#")) {
    Report(MakeDiagnostic(DiagnosticKind::ForeignSyntax, SpanOf(position_, position_ + 1), "a comment begins with `//` here")
               .Fix("write `//`", SpanOf(position_, position_ + 1), "//"));
  } else if (!StartsWith("//") || is_documentation) {
    return false;
  }
  uint32_t end = EndOfLine(position_);
  buffer_.comments.push_back({position_, end});
  position_ = end;
  return true;
}

void Lexer::SkipBlockComment() {
  Span opening = SpanOf(position_, position_ + 2);
  size_t close = text_.substr(0, limit_).find("*/", position_ + 2);
  uint32_t end = close == std::string_view::npos ? limit_ : static_cast<uint32_t>(close) + 2;
  if (close == std::string_view::npos) {
    Report(MakeDiagnostic(DiagnosticKind::Unclosed, opening, "this comment is not closed")
               .Fix("write `//` before each line of the comment; it has no closing mark"));
  } else {
    Report(MakeDiagnostic(DiagnosticKind::ForeignSyntax, opening, "a comment begins with `//` on each line here")
               .Fix("write `//` before each line of the comment"));
  }
  starts_line_ = starts_line_ || text_.substr(position_, end - position_).find('\n') != std::string_view::npos;
  buffer_.comments.push_back({position_, end});
  position_ = end;
}

void Lexer::LexToken() {
  char c = text_[position_];
  if (IsWordStart(c)) {
    LexWord();
  } else if (IsDigit(c)) {
    LexNumber();
  } else if (c == '"' || c == '\'') {
    LexString(position_);
  } else if (StartsWith("///")) {
    Push(TokenKind::Doc, position_, EndOfLine(position_));
  } else if (c == ';') {
    LexSemicolon();
  } else if (!LexForeignSymbol() && !LexSymbol()) {
    LexInvalid();
  }
}

void Lexer::LexWord() {
  uint32_t begin = position_;
  uint32_t end = begin;
  while (IsWordPart(CharAt(end))) {
    ++end;
  }
  std::string_view word = text_.substr(begin, end - begin);
  bool is_quoted = CharAt(end) == '"' || CharAt(end) == '\'';
  if (word == "f" && is_quoted) {
    LexFormat(begin);
    return;
  }
  if (is_quoted && (word == "r" || word == "b" || word == "u")) {
    Report(MakeDiagnostic(DiagnosticKind::ForeignSyntax, SpanOf(begin, end), "strings have no prefix `{}` here", word)
               .Fix("drop the prefix", SpanOf(begin, end), ""));
    LexString(end);
    return;
  }
  Push(WordKind(word), begin, end);
}

bool Lexer::LexForeignSymbol() {
  uint32_t begin = position_;
  for (const ForeignSymbol& symbol : kForeignSymbols) {
    if (StartsWith(symbol.spelling)) {
      auto end = begin + static_cast<uint32_t>(symbol.spelling.size());
      ReportForeign(begin, end, symbol.meant);
      Push(symbol.kind, begin, end);
      return true;
    }
  }
  char c = CharAt(begin);
  bool is_followed_by_equal = CharAt(begin + 1) == '=';
  if (c == '!' && !is_followed_by_equal) {
    Span span = SpanOf(begin, begin + 1);
    Report(MakeDiagnostic(DiagnosticKind::ForeignSyntax, span, "`!` is written `not` here").Fix("write `not`", span, "not "));
    Push(TokenKind::Not, begin, begin + 1);
    return true;
  }
  // The parser says what is wrong with an assignment: it knows what is assigned.
  if (is_followed_by_equal && std::string_view("+-*/%").find(c) != std::string_view::npos) {
    Push(TokenKind::Assign, begin, begin + 2);
    return true;
  }
  return false;
}

bool Lexer::LexSymbol() {
  for (const Symbol& symbol : kSymbols) {
    if (StartsWith(symbol.spelling)) {
      Push(symbol.kind, position_, position_ + static_cast<uint32_t>(symbol.spelling.size()));
      return true;
    }
  }
  return false;
}

/// A semicolon counts as the line break that was meant.
void Lexer::LexSemicolon() {
  Span span = SpanOf(position_, position_ + 1);
  uint32_t next = position_ + 1;
  while (CharAt(next) == ' ' || CharAt(next) == '\r') {
    ++next;
  }
  Diagnostic diagnostic = MakeDiagnostic(DiagnosticKind::ForeignSyntax, span, "lines end without `;` here");
  bool ends_line = next >= limit_ || text_[next] == '\n' || text_[next] == '}' || text_[next] == '/';
  Report(ends_line ? std::move(diagnostic).Fix("drop the `;`", span, "")
                   : std::move(diagnostic).Fix("begin a new line, or write `,` between items"));
  ++position_;
  starts_line_ = true;
}

/// `“text”`, as word processors write quotes.
bool Lexer::LexSmartQuotes() {
  constexpr std::string_view kClosing = "\u201d";
  if (!StartsWith("\u201c") && !StartsWith(kClosing)) {
    return false;
  }
  uint32_t begin = position_;
  uint32_t end = begin + static_cast<uint32_t>(kClosing.size());
  while (end < limit_ && text_[end] != '\n' && !text_.substr(end - kClosing.size(), kClosing.size()).starts_with(kClosing)) {
    ++end;
  }
  Report(MakeDiagnostic(DiagnosticKind::ForeignSyntax, SpanOf(begin, end), "strings stand in `\"` here").Fix("write `\"` at both ends"));
  Push(TokenKind::Invalid, begin, end);
  return true;
}

void Lexer::LexInvalid() {
  if (LexSmartQuotes()) {
    return;
  }
  uint32_t begin = position_;
  do {
    ++position_;
  } while (position_ < limit_ && (static_cast<unsigned char>(text_[position_]) & 0xC0) == 0x80);
  Span span = SpanOf(begin, position_);
  std::string_view found = text_.substr(begin, position_ - begin);
  bool is_control = static_cast<unsigned char>(found[0]) < 0x20 || found[0] == 0x7f;
  Diagnostic diagnostic = is_control ? MakeDiagnostic(DiagnosticKind::SyntaxError, span, "the control character 0x{:02x} stands here",
                                                      static_cast<unsigned char>(found[0]))
                                     : MakeDiagnostic(DiagnosticKind::SyntaxError, span, "`{}` means nothing here", found);
  if (found.size() > 1) {
    diagnostic.notes.push_back("outside strings and comments, only ASCII letters, digits, `_` and the operators are used");
  }
  // Of a run of such characters the first is enough.
  bool continues = !buffer_.tokens.empty() && buffer_.tokens.back().kind == TokenKind::Invalid && buffer_.tokens.back().end == begin;
  if (continues) {
    buffer_.tokens.back().end = position_;
    return;
  }
  Report(std::move(diagnostic));
  Push(TokenKind::Invalid, begin, position_);
}

}  // namespace plait
