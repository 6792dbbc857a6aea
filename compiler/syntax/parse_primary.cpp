// Parses names, lists, records, calls, and what follows a primary.
#include <algorithm>

#include "compiler/syntax/expr_parser.h"

namespace plait {

// postfix = primary { "." WORD | "?." WORD | args | "[" expr "]" | brace } ;
ast::ExprId ExprParser::ParsePostfix() {
  uint32_t first = index();
  ast::ExprId expr = ParsePrimary();
  while (!is_recovering()) {
    bool is_same_line = !Peek().starts_line;
    if (At(TokenKind::Dot) || At(TokenKind::QuestionDot)) {
      expr = ParseField(first, expr);
    } else if (At(TokenKind::LeftParen) && is_same_line) {
      uint32_t opening = index();
      std::vector<ast::Argument> arguments = ParseArguments();
      Span span = SpanFrom(opening);
      expr = AddExpr(first, ast::Call{expr, std::move(arguments), span});
    } else if (At(TokenKind::LeftBracket) && is_same_line) {
      expr = ParseIndex(first, expr);
    } else if (At(TokenKind::LeftBrace) && is_same_line) {
      std::optional<ast::Path> path = DottedPath(expr);
      if (!path || !BraceContinues(first)) {
        return expr;
      }
      expr = ParseBrace(first, std::move(path));
    } else {
      return expr;
    }
  }
  return expr;
}

ast::ExprId ExprParser::ParseField(uint32_t first, ast::ExprId base) {
  bool is_optional = Advance().kind == TokenKind::QuestionDot;
  ast::Word name = ParseWord("the name of a field");
  return AddExpr(first, ast::Field{base, std::move(name), is_optional});
}

ast::ExprId ExprParser::ParseIndex(uint32_t first, ast::ExprId base) {
  Scoped<Head> no_head(head_, Head::None);
  Open();
  ast::ExprId index = ParseExpr();
  Close();
  return AddExpr(first, ast::Index{base, index});
}

/// The path that an expression of names and dots spells.
std::optional<ast::Path> ExprParser::DottedPath(ast::ExprId expr) const {
  ast::Path path;
  path.span = module_.exprs[expr].span;
  ast::ExprId at = expr;
  while (const auto* field = std::get_if<ast::Field>(&module_.exprs[at].node)) {
    if (field->is_optional) {
      return std::nullopt;
    }
    path.words.push_back(field->name);
    at = field->base;
  }
  const auto* name = std::get_if<ast::Name>(&module_.exprs[at].node);
  if (name == nullptr) {
    return std::nullopt;
  }
  path.words.push_back({name->text, module_.exprs[at].span});
  std::reverse(path.words.begin(), path.words.end());
  return path;
}

/// At a `{`, perhaps after a path: it is the literal of a record that began at `first`, unless it opens the block of a head.
bool ExprParser::BraceContinues(uint32_t first) {
  if (head_ == Head::None) {
    return true;
  }
  std::optional<uint32_t> closer = PartnerOf(index());
  bool is_empty = Peek(1).kind == TokenKind::RightBrace;
  if (!closer || !(AtFields() || (is_empty && head_ == Head::Condition))) {
    return false;
  }
  // The arms of a match may begin with `name: type =>`.
  for (uint32_t i = index(); head_ == Head::Match && i < *closer; ++i) {
    if (TokenAt(i).kind == TokenKind::FatArrow) {
      return false;
    }
  }
  const Token& after = TokenAt(*closer + 1);
  bool is_binary = after.kind == TokenKind::And || after.kind == TokenKind::Or || after.kind == TokenKind::Dot ||
                   (after.kind >= TokenKind::QuestionDot && after.kind <= TokenKind::GreaterEqual);
  if (after.kind != TokenKind::LeftBrace && !is_binary) {
    return false;
  }
  Span literal = SpanOf(TokenAt(first)).To(SpanOf(TokenAt(*closer)));
  Report(MakeDiagnostic(DiagnosticKind::LiteralInHead, SpanOf(Peek()), "a record literal stands in a condition, where `{{` opens the block")
             .Also(SpanOf(after), after.kind == TokenKind::LeftBrace ? "the block" : "the condition goes on here")
             .Fix(fmt::format("put the record in brackets: `({})`", literal.end - literal.begin > 40 ? "…" : TextOf(literal))));
  return true;
}

/// `{` and the name of a field follow: a record literal, since no block begins like this.
bool ExprParser::AtFields() const {
  bool is_field = AtWord(1) || Peek(1).kind == TokenKind::String;
  return At(TokenKind::LeftBrace) && is_field && Peek(2).kind == TokenKind::Colon;
}

// brace = "{" { ( WORD | STRING ) ":" expr SEP } "}" ;
ast::ExprId ExprParser::ParseBrace(uint32_t first, std::optional<ast::Path> type) {
  Scoped<Head> no_head(head_, Head::None);
  ast::Brace brace{std::move(type), {}};
  Open();
  ParseItems(Separator::CommaOrLine, [&] {
    ast::BraceField field;
    field.is_string = At(TokenKind::String);
    if (field.is_string) {
      field.name.span = SpanOf(Peek());
      field.name.text = ParseString();
    } else {
      field.name = ParseWord("the name of a field");
    }
    if (At(TokenKind::Equal) && !is_recovering()) {
      ReportForeign(SpanOf(Peek()), ":");
      Advance();
    } else {
      Expect(TokenKind::Colon);
    }
    bool is_value_missing = Peek().starts_line && AtWord() && Peek(1).kind == TokenKind::Colon;
    if (is_value_missing) {
      FailExpected("a value");
    }
    field.value = is_recovering() ? ParseErrorExpr() : ParseExpr();
    brace.fields.push_back(std::move(field));
  });
  Close();
  return AddExpr(first, std::move(brace));
}

// Longer than most, because it has a case for each kind of token that begins a primary.
// primary = INT | FLOAT | UNIT | STRING | FSTRING | "true" | "false" | "null"
//         | NAME | "." WORD | "(" expr ")" | list | brace | if | match | repeat ;
ast::ExprId ExprParser::ParsePrimary() {
  uint32_t first = index();
  if (AtDeclaration()) {
    FailExpected("an expression");
    return ParseErrorExpr();
  }
  if (AtMisusedWord()) {
    std::string name(TextOf(Advance()));
    return AddExpr(first, ast::Name{std::move(name)});
  }
  switch (Peek().kind) {
    case TokenKind::Int:
      return ParseInt();
    case TokenKind::Float:
      return ParseFloat();
    case TokenKind::Unit:
      return ParseUnit();
    case TokenKind::String:
    case TokenKind::UnclosedString:
      return ParseStringExpr();
    case TokenKind::FormatStart:
      return ParseFormatString();
    case TokenKind::True:
    case TokenKind::False: {
      bool value = Advance().kind == TokenKind::True;
      return AddExpr(first, ast::BoolLiteral{value});
    }
    case TokenKind::Null:
      Advance();
      return AddExpr(first, ast::NullLiteral{});
    case TokenKind::Name:
      return ParseNameExpr();
    case TokenKind::Dot:
      return ParseSelector();
    case TokenKind::LeftParen:
      return ParseParenthesized();
    case TokenKind::LeftBracket:
      return ParseList();
    case TokenKind::LeftBrace:
      if (BraceContinues(first)) {
        return ParseBrace(first, std::nullopt);
      }
      break;
    case TokenKind::If:
      return ParseIf();
    case TokenKind::Match:
      return ParseMatch();
    case TokenKind::Repeat:
      return ParseRepeat();
    case TokenKind::Up:
    case TokenKind::To:
    case TokenKind::With:
    case TokenKind::Within:
    case TokenKind::Retry:
    case TokenKind::Otherwise:
      if (!Peek().starts_line) {
        ast::Word word = ParseName("the name of a value");
        return AddExpr(first, ast::Name{std::move(word.text)});
      }
      break;
    default:
      break;
  }
  FailExpected("an expression");
  return ParseErrorExpr();
}

/// Words of other languages that stand where a value is wanted are taken for what they mean.
ast::ExprId ExprParser::ParseNameExpr() {
  auto is_before_name = [this] { return Peek(1).kind == TokenKind::Name && !Peek(1).starts_line; };
  while (is_before_name() && (AtNameThatReads("await") || AtNameThatReads("new"))) {
    Span span = SpanOf(Peek());
    Report(MakeDiagnostic(DiagnosticKind::ForeignSyntax, span, "there is no `{}` here; a call alone is enough", TextOf(span))
               .Fix(fmt::format("drop `{}`", TextOf(span)), {span.file, span.begin, Peek(1).begin}, ""));
    Advance();
  }
  uint32_t first = index();
  Token token = Peek();
  std::string_view text = TextOf(token);
  const Token& next = Peek(1);
  bool is_before_word = is_before_name();
  if (text == "lambda" && (is_before_word || next.kind == TokenKind::Colon)) {
    SkipForeignFunction();
    return AddExpr(first, ast::ErrorExpr{});
  }
  // In a head the brace opens the block.
  bool has_brace = next.kind == TokenKind::LeftBrace && head_ == Head::None;
  bool is_alone = next.kind != TokenKind::LeftParen && next.kind != TokenKind::Dot && !has_brace;
  Advance();
  if (is_alone && (text == "True" || text == "False")) {
    ReportForeign(SpanOf(token), text == "True" ? "true" : "false");
    return AddExpr(first, ast::BoolLiteral{text == "True"});
  }
  if (is_alone && text == "None") {
    ReportForeign(SpanOf(token), "null");
    return AddExpr(first, ast::NullLiteral{true});
  }
  return AddExpr(first, ast::Name{std::string(text)});
}

void ExprParser::SkipForeignFunction() {
  Report(MakeDiagnostic(DiagnosticKind::ForeignSyntax, SpanOf(Peek()), "there are no functions without a name here")
             .Fix("declare a `fn`, or write a comprehension `[f(x) for x in xs]`"));
  while (!At(TokenKind::Colon) && !At(TokenKind::Arrow) && !At(TokenKind::FatArrow) && !AtEnd() && !Peek().starts_line) {
    Advance();
  }
  if (!AtEnd() && !Peek().starts_line) {
    Advance();
    ParseExpr();
  }
}

ast::ExprId ExprParser::ParseSelector() {
  uint32_t first = index();
  Span dot = SpanOf(Peek());
  if (Peek(1).kind == TokenKind::Int || Peek(1).kind == TokenKind::Unit) {
    Report(MakeDiagnostic(DiagnosticKind::ForeignSyntax, dot, "a number begins with a digit here")
               .Fix("write `0` before the point", {dot.file, dot.begin, dot.begin}, "0"));
    Advance();
    Advance();
    return AddExpr(first, ast::FloatLiteral{0});
  }
  if (index() != selector_index_) {
    Report(
        MakeDiagnostic(DiagnosticKind::SyntaxError, dot, "a field without a value before it; a selector `.field` can only be an argument"));
  }
  Advance();
  ast::Word field = ParseWord("the name of a field");
  return AddExpr(first, ast::Selector{std::move(field)});
}

ast::ExprId ExprParser::ParseParenthesized() {
  Scoped<Head> no_head(head_, Head::None);
  uint32_t first = index();
  Open();
  ast::ExprId inner = ParseExpr();
  if (At(TokenKind::Comma) && !is_recovering()) {
    Report(
        MakeDiagnostic(DiagnosticKind::ForeignSyntax, SpanOf(Peek()), "there are no tuples here").Fix("write a list `[a, b]` or a record"));
    Advance();
    ParseItems(Separator::Comma, [this] { ParseExpr(); });
  }
  Close();
  return AddExpr(first, ast::Parenthesized{inner});
}

// list = "[" [ expr ( for { for } | { "," expr } ) ] "]" ;
ast::ExprId ExprParser::ParseList() {
  Scoped<Head> no_head(head_, Head::None);
  uint32_t first = index();
  std::vector<ast::ExprId> items;
  std::vector<ast::ForClause> clauses;
  Open();
  ParseItems(Separator::Comma, [&] {
    items.push_back(ParseExpr());
    while (At(TokenKind::For) && !is_recovering()) {
      clauses.push_back(ParseFor());
    }
    if (!clauses.empty() && !is_recovering() && At(TokenKind::Comma)) {
      FailExpected("`]` or `for`");
    }
  });
  Close();
  if (clauses.empty()) {
    return AddExpr(first, ast::List{std::move(items)});
  }
  return AddExpr(first, ast::Comprehension{items.back(), std::move(clauses)});
}

// for = "for" NAME [ "," NAME ] "in" guarded [ "if" guarded ] ;
ast::ForClause ExprParser::ParseFor() {
  ast::ForClause clause;
  Advance();
  clause.item = ParseName("the name of an item");
  if (!is_recovering() && Take(TokenKind::Comma)) {
    clause.index = std::move(clause.item);
    clause.item = ParseName("the name of an item");
  }
  if (is_recovering() || !Expect(TokenKind::In)) {
    clause.source = ParseErrorExpr();
    return clause;
  }
  clause.source = ParseGuarded();
  if (!is_recovering() && Take(TokenKind::If)) {
    clause.condition = ParseGuarded();
  }
  return clause;
}

// args = "(" [ arg { "," arg } ] ")" ;
std::vector<ast::Argument> ExprParser::ParseArguments() {
  Scoped<Head> no_head(head_, Head::None);
  std::vector<ast::Argument> arguments;
  Open();
  ParseItems(Separator::Comma, [&] { arguments.push_back(ParseArgument()); });
  Close();
  return arguments;
}

// arg = WORD ":" expr | expr ;
ast::Argument ExprParser::ParseArgument() {
  uint32_t first = index();
  ast::Argument argument;
  bool is_named = AtWord() && (Peek(1).kind == TokenKind::Colon || Peek(1).kind == TokenKind::Equal);
  if (is_named) {
    argument.name = ParseWord("the name of a parameter");
    if (At(TokenKind::Equal)) {
      Report(MakeDiagnostic(DiagnosticKind::ForeignSyntax, SpanOf(Peek()), "a named argument is written `{}: …` here", argument.name->text)
                 .Fix("write `:`", SpanOf(Previous()).To(SpanOf(Peek())), argument.name->text + ":"));
    }
    Advance();
  }
  selector_index_ = index();
  bool is_function =
      (At(TokenKind::Name) || At(TokenKind::LeftParen)) && (Peek(1).kind == TokenKind::Arrow || Peek(1).kind == TokenKind::FatArrow);
  if (is_function) {
    SkipForeignFunction();
    argument.value = ParseErrorExpr();
  } else {
    argument.value = ParseExpr();
  }
  argument.span = SpanFrom(first);
  return argument;
}

}  // namespace plait
