// Parses the literals among the primaries.
#include <algorithm>
#include <cmath>

#include "compiler/syntax/expr_parser.h"
#include "compiler/syntax/literals.h"

namespace plait {

ast::ExprId ExprParser::ParseInt() {
  uint32_t first = index();
  Token token = Advance();
  std::optional<int64_t> value = DecodeInt(TextOf(token));
  if (!value) {
    Report(MakeDiagnostic(DiagnosticKind::NumberRange, SpanOf(token), "the integer `{}` is beyond 9223372036854775807, the largest `int`",
                          TextOf(token)));
  }
  return AddExpr(first, ast::IntLiteral{value.value_or(0)});
}

ast::ExprId ExprParser::ParseFloat() {
  uint32_t first = index();
  Token token = Advance();
  std::optional<double> value = DecodeFloat(TextOf(token));
  if (!value) {
    Report(MakeDiagnostic(DiagnosticKind::NumberRange, SpanOf(token), "the number `{}` is beyond what a `float` can hold", TextOf(token)));
  }
  return AddExpr(first, ast::FloatLiteral{value.value_or(0)});
}

ast::ExprId ExprParser::ParseUnit() {
  constexpr double kLargestAmount = 9.2e18;
  uint32_t first = index();
  Token token = Advance();
  std::string_view text = TextOf(token);
  size_t length = ScanNumber(text).length;
  std::string_view unit_text = text.substr(length);
  std::optional<UnitInfo> unit = FindUnit(unit_text);
  // The lexer has reported one that does not exist, and what was meant by it is a guess.
  if (!unit) {
    return AddExpr(first, ast::ErrorExpr{});
  }
  double amount = DecodeFloat(text.substr(0, length)).value_or(kLargestAmount) * static_cast<double>(unit->factor);
  std::string_view base = unit->kind == ast::UnitKind::Bytes ? "bytes" : "milliseconds";
  if (amount > kLargestAmount) {
    Report(MakeDiagnostic(DiagnosticKind::NumberRange, SpanOf(token), "`{}` is more than 64 bits of {} can hold", text, base));
    amount = 0;
  } else if (amount != std::floor(amount)) {
    Report(MakeDiagnostic(DiagnosticKind::NumberRange, SpanOf(token), "`{}` is not a whole number of {}", text, base));
  }
  std::optional<int64_t> number = DecodeInt(text.substr(0, length));
  int64_t exact = number && amount > 0 ? *number * unit->factor : static_cast<int64_t>(amount);
  return AddExpr(first, ast::UnitLiteral{unit->kind, exact});
}

std::string ExprParser::ParseString() {
  Token token = Advance();
  std::string_view text = TextOf(token);
  size_t quotes = text.size() >= 3 && text[1] == text[0] && text[2] == text[0] ? 3 : 1;
  size_t closing = token.kind == TokenKind::String ? quotes : 0;
  Span span = SpanOf(token);
  span.begin += static_cast<uint32_t>(quotes);
  span.end -= static_cast<uint32_t>(closing);
  return DecodeTexts({{TextOf(span), span}}, {quotes == 3, false}, sink()).front();
}

ast::ExprId ExprParser::ParseStringExpr() {
  uint32_t first = index();
  if (At(TokenKind::UnclosedString)) {
    FailExpected("a string");
  }
  std::string value = ParseString();
  return AddExpr(first, ast::StringLiteral{std::move(value)});
}

/// An expression in the braces of a format string; a fault in it ends with the braces.
ast::ExprId ExprParser::ParseHole() {
  uint32_t closer = PartnerOf(index()).value_or(index());
  Open();
  ast::ExprId value = ParseExpr();
  if (!At(TokenKind::FormatClose) && !is_recovering()) {
    FailExpected("`}` of the format string");
  }
  MoveTo(std::max(index(), closer));
  Close();
  return value;
}

ast::ExprId ExprParser::ParseFormatString() {
  Scoped<Head> no_head(head_, Head::None);
  uint32_t first = index();
  size_t quotes = TextOf(Advance()).size() - 1;
  std::vector<RawText> texts;
  ast::FormatString node;
  bool is_text_next = true;
  bool are_holes_closed = true;
  auto add_empty_text = [&] { texts.push_back({"", {}}); };
  while (!At(TokenKind::FormatEnd) && !At(TokenKind::EndOfFile) && !AtDeclaration()) {
    if (At(TokenKind::FormatText)) {
      Span span = SpanOf(Advance());
      texts.push_back({TextOf(span), span});
      is_text_next = false;
    } else if (At(TokenKind::FormatOpen)) {
      if (is_text_next) {
        add_empty_text();
      }
      is_text_next = true;
      node.values.push_back(ParseHole());
      // The lexer puts an empty token before the end of an expression that is not closed, and has reported it.
      are_holes_closed = are_holes_closed && TokenAt(index() - 2).kind != TokenKind::Invalid;
    } else {
      Advance();
    }
  }
  if (is_text_next) {
    add_empty_text();
  }
  bool is_closed = !At(TokenKind::FormatEnd) || Peek().begin < Peek().end;
  Take(TokenKind::FormatEnd);
  if (!is_closed || !are_holes_closed) {
    FailAtUnclosedString();
  }
  node.texts = DecodeTexts(texts, {quotes == 3, true}, sink());
  return AddExpr(first, std::move(node));
}

}  // namespace plait
