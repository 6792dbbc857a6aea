// Reports, brackets and lists of the parser.
#include "compiler/syntax/recovery.h"

#include <algorithm>

namespace plait {

namespace {

TokenKind CloserOf(TokenKind opener) {
  switch (opener) {
    case TokenKind::LeftParen:
      return TokenKind::RightParen;
    case TokenKind::LeftBracket:
      return TokenKind::RightBracket;
    case TokenKind::FormatOpen:
      return TokenKind::FormatClose;
    default:
      return TokenKind::RightBrace;
  }
}

/// An expression, field, parameter or argument may begin with it.
bool StartsItem(TokenKind kind) {
  switch (kind) {
    case TokenKind::Name:
    case TokenKind::Int:
    case TokenKind::Float:
    case TokenKind::Unit:
    case TokenKind::String:
    case TokenKind::UnclosedString:
    case TokenKind::FormatStart:
    case TokenKind::LeftParen:
    case TokenKind::LeftBracket:
    case TokenKind::LeftBrace:
    case TokenKind::Dot:
    case TokenKind::Not:
    case TokenKind::Minus:
      return true;
    default:
      return IsReserved(kind);
  }
}

/// A reserved word that follows a value.
bool ContinuesValue(TokenKind kind) {
  static constexpr TokenKind kWords[] = {TokenKind::And, TokenKind::Or,   TokenKind::In,     TokenKind::As,    TokenKind::For,
                                         TokenKind::If,  TokenKind::Else, TokenKind::Within, TokenKind::Retry, TokenKind::Otherwise};
  return std::find(std::begin(kWords), std::end(kWords), kind) != std::end(kWords);
}

}  // namespace

void Recovery::Report(Diagnostic diagnostic) {
  if (is_recovering_ || diagnostic.primary.span.begin == last_fault_) {
    return;
  }
  last_fault_ = diagnostic.primary.span.begin;
  ++fault_count_;
  sink_.Report(std::move(diagnostic));
}

void Recovery::Fail(Diagnostic diagnostic) {
  // The lexer has reported these.
  if (At(TokenKind::UnclosedString)) {
    FailAtUnclosedString();
  } else if (At(TokenKind::Invalid)) {
    ++fault_count_;
    is_recovering_ = true;
  }
  Report(std::move(diagnostic));
  is_recovering_ = true;
}

void Recovery::FailAtUnclosedString() {
  ++fault_count_;
  are_brackets_doubtful_ = true;
  is_recovering_ = true;
}

void Recovery::FailExpected(std::string_view what) {
  const Token& token = Peek();
  bool is_on_next_line = index() > 0 && (token.starts_line || token.kind == TokenKind::EndOfFile);
  if (!is_on_next_line || AtStrayCloser()) {
    FailExpectedHere(what);
    return;
  }
  Fail(MakeDiagnostic(DiagnosticKind::SyntaxError, SpanOf(Previous()), "expected {} after {}, found {}", what, Describe(Previous()),
                      Describe(token))
           .UnderCaret("expected after this"));
}

void Recovery::FailExpectedHere(std::string_view what) {
  Span span = SpanOf(Peek());
  if (AtStrayCloser()) {
    Fail(MakeDiagnostic(DiagnosticKind::SyntaxError, span, "this `{}` closes nothing", TextOf(span)).Fix("drop it", span, ""));
    return;
  }
  Fail(MakeDiagnostic(DiagnosticKind::SyntaxError, span, "expected {}, found {}", what, Describe(Peek())));
}

std::string Recovery::Describe(const Token& token) const {
  constexpr size_t kMaxShown = 40;
  std::string_view text = TextOf(token);
  bool is_word_or_symbol = token.kind == TokenKind::Name || token.kind == TokenKind::Assign || token.kind == TokenKind::Int ||
                           token.kind == TokenKind::Float || token.kind == TokenKind::Unit || token.kind >= TokenKind::Let;
  return is_word_or_symbol && text.size() <= kMaxShown ? fmt::format("`{}`", text) : std::string(TokenName(token.kind));
}

bool Recovery::Expect(TokenKind kind) {
  if (Take(kind)) {
    return true;
  }
  FailExpected(TokenName(kind));
  return false;
}

void Recovery::ReportForeign(const Span& found, std::string_view meant) {
  Report(MakeDiagnostic(DiagnosticKind::ForeignSyntax, found, "`{}` is written `{}` here", TextOf(found), meant)
             .Fix(fmt::format("write `{}`", meant), found, std::string(meant)));
}

void Recovery::FailTooDeep(const Span& place) {
  Fail(MakeDiagnostic(DiagnosticKind::NestedTooDeep, place, "nested more than {} levels deep", kMaxNesting)
           .Fix("give a part of it a name with `let` or `fn`"));
  while (!At(TokenKind::EndOfFile) && !AtDeclaration()) {
    Advance();
  }
}

void Recovery::Open() {
  is_recovering_ = false;
  brackets_.push_back({index(), CloserOf(Peek().kind)});
  Advance();
}

bool Recovery::OpenBrace() {
  if (!At(TokenKind::LeftBrace)) {
    FailExpected("`{`");
    while (!At(TokenKind::LeftBrace) && !AtEnd() && !Peek().starts_line) {
      SkipOne();
    }
  }
  if (!At(TokenKind::LeftBrace)) {
    return false;
  }
  Open();
  return true;
}

void Recovery::Close() {
  Bracket bracket = brackets_.back();
  brackets_.pop_back();
  if (bracket.index == abandoned_bracket_) {
    return;
  }
  if (Take(bracket.closer)) {
    is_recovering_ = false;
    return;
  }
  std::optional<uint32_t> partner = PartnerOf(bracket.index);
  if (partner && *partner > index()) {
    Fail(MakeDiagnostic(DiagnosticKind::SyntaxError, SpanOf(Peek()), "expected {}, found `{}`", TokenName(bracket.closer), TextOf(Peek()))
             .Also(SpanOf(TokenAt(bracket.index)), "opened here"));
    MoveTo(*partner + 1);
    is_recovering_ = false;
    return;
  }
  bool is_stray_closer = AtStrayCloser();
  ReportUnclosed(bracket);
  if (is_stray_closer) {
    Advance();
    is_recovering_ = false;
  }
}

void Recovery::ReportUnclosed(const Bracket& bracket) {
  if (are_brackets_doubtful_ || is_recovering_) {
    is_recovering_ = true;
    return;
  }
  bool is_end = At(TokenKind::EndOfFile);
  std::string_view where = is_end ? "after this, at the end of the file" : AtDeclaration() ? "before this declaration" : "before this";
  Span opening = SpanOf(TokenAt(bracket.index));
  Diagnostic diagnostic = MakeDiagnostic(DiagnosticKind::Unclosed, opening, "this `{}` is not closed", TextOf(opening));
  if (!is_end || Previous().begin != opening.begin) {
    diagnostic.secondary.push_back({SpanOf(is_end ? Previous() : Peek()), fmt::format("expected {} {}", TokenName(bracket.closer), where)});
  }
  Fail(std::move(diagnostic));
  if (AtDeclaration()) {
    explained_braces_ += bracket.closer == TokenKind::RightBrace ? 1 : 0;
    for (const Bracket& outer : brackets_) {
      explained_braces_ += outer.closer == TokenKind::RightBrace ? 1 : 0;
    }
  }
}

void Recovery::FailUnclosed() {
  ReportUnclosed(brackets_.back());
  abandoned_bracket_ = brackets_.back().index;
}

bool Recovery::AtEnd() const {
  bool is_closer = IsCloser(Peek().kind) && (!AtStrayCloser() || brackets_.empty() || IsInnermostUnmatched());
  return is_closer || At(TokenKind::EndOfFile) || AtDeclaration();
}

void Recovery::StartDeclaration() {
  is_recovering_ = false;
  are_brackets_doubtful_ = false;
}

bool Recovery::TakeExplainedBrace() {
  bool is_explained = At(TokenKind::RightBrace) && (explained_braces_ > 0 || are_brackets_doubtful_);
  if (is_explained) {
    --explained_braces_;
    Advance();
  }
  return is_explained;
}

bool Recovery::AtForeignLine() const {
  bool is_statement = At(TokenKind::Let) || At(TokenKind::Return);
  bool is_member = At(TokenKind::Name) && Peek(1).kind == TokenKind::Name && !Peek(1).starts_line;
  if (!Peek().starts_line || Peek(1).kind == TokenKind::Colon || !(is_statement || is_member)) {
    return false;
  }
  return std::any_of(brackets_.begin(), brackets_.end(), [this](const Bracket& bracket) { return !PartnerOf(bracket.index); });
}

bool Recovery::AtSimilarItem() const {
  std::optional<uint32_t> opener = index() > 0 ? PartnerOf(index() - 1) : std::nullopt;
  return opener && TokenAt(*opener).kind == Peek().kind;
}

bool Recovery::FinishItem(Separator separator, bool is_missing_reported) {
  if (is_recovering_) {
    SkipToNextItem(separator);
    return false;
  }
  if (Take(TokenKind::Comma) || AtEnd()) {
    return false;
  }
  bool is_new_line = Peek().starts_line;
  bool may_begin_item = separator == Separator::CommaOrLineOfArms && At(TokenKind::Minus);
  if (is_new_line && AtLineStartFault() && !may_begin_item && !(separator == Separator::Comma && AtSimilarItem())) {
    FailLineStart();
    SkipToNextItem(separator);
    return false;
  }
  if (separator != Separator::Comma && is_new_line) {
    return false;
  }
  bool is_before_clause = IsReserved(Peek().kind) && Peek(1).kind != TokenKind::Colon;
  if ((is_new_line || is_before_clause) && IsInnermostUnmatched()) {
    FailUnclosed();
    return false;
  }
  if (!StartsItem(Peek().kind)) {
    FailExpected(fmt::format("`,` or {}", TokenName(brackets_.back().closer)));
    SkipToNextItem(separator);
    return false;
  }
  if (!is_missing_reported) {
    Span end = SpanOf(Previous());
    Report(MakeDiagnostic(DiagnosticKind::MissingSeparator, SpanOf(Peek()), "a comma is missing before {}", Describe(Peek()))
               .Fix("write `,` between the two items", {end.file, end.end, end.end}, ","));
  }
  return true;
}

void Recovery::SkipToNextItem(Separator separator) {
  while (!AtEnd()) {
    bool is_new_line = Peek().starts_line;
    if (is_new_line && separator == Separator::Comma && IsInnermostUnmatched()) {
      return;
    }
    bool may_begin_item = !AtLineStartFault() || (separator == Separator::CommaOrLineOfArms && At(TokenKind::Minus));
    if (is_new_line && separator != Separator::Comma && may_begin_item) {
      is_recovering_ = false;
      return;
    }
    if (Take(TokenKind::Comma)) {
      is_recovering_ = false;
      return;
    }
    SkipOne();
  }
}

void Recovery::SkipOne() {
  if (std::optional<uint32_t> closer = IsOpener(Peek().kind) ? PartnerOf(index()) : std::nullopt) {
    MoveTo(*closer);
  }
  Advance();
}

bool Recovery::AtLineStartFault() const {
  const Token& token = Peek();
  return token.starts_line && (token.kind == TokenKind::LeftParen || token.kind == TokenKind::LeftBracket ||
                               token.kind == TokenKind::LeftBrace || token.kind == TokenKind::Minus);
}

void Recovery::FailLineStart() {
  Span span = SpanOf(Peek());
  Fail(MakeDiagnostic(DiagnosticKind::LineStart, span, "a line that begins with `{}` does not continue the one before", TextOf(span))
           .Also(SpanOf(Previous()), "complete here")
           .Fix(fmt::format("write `{}` at the end of the line before", TextOf(span))));
}

ast::Word Recovery::ParseName(std::string_view what) {
  const Token& token = Peek();
  if (token.kind == TokenKind::Name && !AtDeclaration()) {
    Advance();
    return {std::string(TextOf(token)), SpanOf(token)};
  }
  TokenKind next = Peek(1).kind;
  bool is_before_word = (IsReserved(next) && next != TokenKind::In) || next == TokenKind::Name || next == TokenKind::String;
  bool is_meant_as_name = IsReserved(token.kind) && !is_before_word;
  if (!is_meant_as_name || (token.starts_line && next != TokenKind::Colon)) {
    FailExpected(what);
    return {};
  }
  Span span = SpanOf(token);
  if (misused_words_.insert(token.kind).second) {
    Report(MakeDiagnostic(DiagnosticKind::ReservedWord, span, "`{}` is a reserved word and cannot be {}", TextOf(span), what)
               .Fix(fmt::format("choose another name, such as `{}_`", TextOf(span)), span, std::string(TextOf(span)) + "_"));
  }
  Advance();
  return {std::string(TextOf(span)), span};
}

bool Recovery::AtMisusedWord() const {
  if (!misused_words_.contains(Peek().kind)) {
    return false;
  }
  const Token& next = Peek(1);
  return next.starts_line || next.kind == TokenKind::Dot || !StartsItem(next.kind) || ContinuesValue(next.kind);
}

ast::Word Recovery::ParseWord(std::string_view what) {
  // A reserved word that begins a line begins something else, unless it is clearly the name of a field.
  bool begins_other = IsReserved(Peek().kind) && Peek().starts_line && Peek(1).kind != TokenKind::Colon && Peek(1).kind != TokenKind::Equal;
  if (!AtWord() || begins_other) {
    FailExpected(what);
    return {};
  }
  Token token = Advance();
  return {std::string(TextOf(token)), SpanOf(token)};
}

// path = NAME { "." WORD } ;
ast::Path Recovery::ParsePath(std::string_view what) {
  uint32_t first = index();
  ast::Path path;
  path.words.push_back(ParseName(what));
  while (!is_recovering_ && Take(TokenKind::Dot)) {
    path.words.push_back(ParseWord("a name"));
  }
  path.span = SpanFrom(first);
  return path;
}

}  // namespace plait
