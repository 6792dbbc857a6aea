// Parses branches and loops.
#include "compiler/syntax/expr_parser.h"

namespace plait {

/// The expression between a word such as `if` and its block. After a fault in it, the parser goes on at the block.
ast::ExprId ExprParser::ParseHead(Head head) {
  ast::ExprId expr;
  {
    Scoped<Head> in_head(head_, head);
    expr = ParseExpr();
    if (At(TokenKind::Equal) && !is_recovering()) {
      ReportForeign(SpanOf(Peek()), "==");
      Advance();
      ParseExpr();
    }
  }
  while (is_recovering() && !AtEnd() && !At(TokenKind::LeftBrace) &&
         !(Peek().starts_line && (At(TokenKind::Let) || At(TokenKind::Return)))) {
    SkipOne();
  }
  if (At(TokenKind::LeftBrace)) {
    StopRecovering();
  }
  return expr;
}

// block = "{" inner "}" ;
// body = "{" { let } "return" expr "}" ;
// inner = { let } expr ;
ast::Block ExprParser::ParseBlock(BlockForm form) {
  uint32_t first = index();
  Scoped<Head> no_head(head_, Head::None);
  if (form == BlockForm::Branch && AtFields()) {
    Span opening = SpanOf(Peek());
    Report(MakeDiagnostic(DiagnosticKind::RecordAsBlock, opening, "a record literal stands where a block is wanted")
               .Fix("put the record into the block: `{ { … } }`"));
    ast::ExprId record = ParseBrace(first, std::nullopt);
    return {{}, record, SpanFrom(first)};
  }
  if (!OpenBrace()) {
    return {{}, ParseErrorExpr(), SpanFrom(first)};
  }
  Statements statements;
  statements.form = form;
  statements.faults_before = fault_count();
  while (!AtEnd()) {
    uint32_t before = index();
    ParseStatement(statements);
    FinishStatement(form);
    if (index() == before) {
      Advance();
    }
  }
  FinishStatements(statements);
  Close();
  statements.block.span = SpanFrom(first);
  return std::move(statements.block);
}

// if = "if" expr block "else" ( if | block ) ;
ast::ExprId ExprParser::ParseIf() {
  auto deeper = Deeper();
  uint32_t first = index();
  if (IsTooDeep()) {
    FailTooDeep();
    return ParseErrorExpr();
  }
  Advance();
  size_t faults_before = fault_count();
  ast::If node;
  node.condition = ParseHead(Head::Condition);
  node.then_block = ParseBlock(BlockForm::Branch);
  node.else_block = ParseElse(first, faults_before);
  return AddExpr(first, std::move(node));
}

ast::Block ExprParser::ParseElse(uint32_t first, size_t faults_before) {
  bool is_foreign = AtNameThatReads("elif") || AtNameThatReads("elsif") || AtNameThatReads("elseif");
  if (is_foreign) {
    ReportForeign(SpanOf(Peek()), "else if");
  }
  if (is_foreign || (AtOperator(TokenKind::Else) && Peek(1).kind == TokenKind::If)) {
    if (!is_foreign) {
      Advance();
    }
    ast::ExprId inner = ParseIf();
    return {{}, inner, module_.exprs[inner].span};
  }
  if (AtOperator(TokenKind::Else)) {
    Advance();
    return ParseBlock(BlockForm::Branch);
  }
  if (fault_count() == faults_before && !is_branch_return_reported_) {
    Span word = SpanOf(TokenAt(first));
    Report(MakeDiagnostic(DiagnosticKind::IfWithoutElse, word, "this `if` has no `else`, and so no value when its condition is false")
               .Fix("write `else { … }` with the value for that case"));
  }
  return {{}, ParseErrorExpr(), SpanFrom(index())};
}

// match = "match" expr "{" { arm SEP } "}" ;
ast::ExprId ExprParser::ParseMatch() {
  uint32_t first = index();
  Advance();
  ast::Match node;
  node.subject = ParseHead(Head::Match);
  Scoped<Head> no_head(head_, Head::None);
  if (OpenBrace()) {
    ParseItems(Separator::CommaOrLineOfArms, [&] { node.arms.push_back(ParseArm()); });
    Close();
  }
  return AddExpr(first, std::move(node));
}

// arm = pattern { "|" pattern } [ "if" expr ] "=>" ( block | expr ) ;
ast::Arm ExprParser::ParseArm() {
  uint32_t first = index();
  ast::Arm arm;
  do {
    arm.patterns.push_back(ParsePattern());
  } while (!is_recovering() && Take(TokenKind::Bar));
  if (!is_recovering() && Take(TokenKind::If)) {
    arm.condition = ParseExpr();
  }
  if (At(TokenKind::Arrow) && !is_recovering()) {
    ReportForeign(SpanOf(Peek()), "=>");
    Advance();
  } else if (!Expect(TokenKind::FatArrow)) {
    arm.body = {{}, ParseErrorExpr(), SpanFrom(index())};
    return arm;
  }
  // Two tokens after the brace tell a record from a block.
  bool is_record = AtFields() || (At(TokenKind::LeftBrace) && Peek(1).kind == TokenKind::RightBrace);
  if (At(TokenKind::LeftBrace) && !is_record) {
    arm.body = ParseBlock(BlockForm::Branch);
  } else {
    arm.body.value = ParseExpr();
    arm.body.span = module_.exprs[arm.body.value].span;
  }
  arm.span = SpanFrom(first);
  return arm;
}

// pattern = "-" NUMBER | INT | FLOAT | STRING | "true" | "false" | "null" | path [ ":" otype ] ;
ast::Pattern ExprParser::ParsePattern() {
  uint32_t first = index();
  ast::Pattern pattern;
  switch (Peek().kind) {
    case TokenKind::Minus:
      if (Peek(1).kind != TokenKind::Int && Peek(1).kind != TokenKind::Float) {
        Advance();
        FailExpected("a number");
        pattern.node = ParseErrorExpr();
        break;
      }
      pattern.node = ParseUnary();
      break;
    case TokenKind::Int:
    case TokenKind::Float:
    case TokenKind::String:
    case TokenKind::True:
    case TokenKind::False:
    case TokenKind::Null:
      pattern.node = ParsePrimary();
      break;
    default:
      pattern.node = ParsePath("a pattern");
      if (!is_recovering() && Take(TokenKind::Colon)) {
        pattern.type = ParseOptionalType();
      }
  }
  pattern.span = SpanFrom(first);
  return pattern;
}

// repeat = "repeat" "up" "to" unary "with" NAME "=" expr "while" expr block ;
ast::ExprId ExprParser::ParseRepeat() {
  auto deeper = Deeper();
  uint32_t first = index();
  if (IsTooDeep()) {
    FailTooDeep();
    return ParseErrorExpr();
  }
  Advance();
  ast::Repeat node;
  if (!At(TokenKind::Up)) {
    Report(MakeDiagnostic(DiagnosticKind::LoopUnbounded, SpanFrom(first), "this loop has no bound")
               .Fix("write `repeat up to N with state = first while condition { next }`"));
    SkipLoop();
    return AddExpr(first, ast::ErrorExpr{});
  }
  Advance();
  Expect(TokenKind::To);
  {
    Scoped<Head> in_head(head_, Head::Condition);
    node.bound = ParseUnary();
  }
  Expect(TokenKind::With);
  node.state = is_recovering() ? ast::Word{} : ParseName("the name of the state");
  if (Expect(TokenKind::Equal)) {
    Scoped<Head> no_head(head_, Head::None);
    node.initial = ParseExpr();
  } else {
    node.initial = ParseErrorExpr();
  }
  node.condition = Expect(TokenKind::While) ? ParseHead(Head::Condition) : ParseErrorExpr();
  if (is_recovering()) {
    SkipLoop();
    return AddExpr(first, ast::ErrorExpr{});
  }
  node.body = ParseBlock(BlockForm::Branch);
  return AddExpr(first, std::move(node));
}

/// Passes over the head and the block of a loop that is not one of the language.
void ExprParser::SkipLoop() {
  while (!AtEnd() && !At(TokenKind::LeftBrace) && !(Peek().starts_line && (At(TokenKind::Let) || At(TokenKind::Return)))) {
    SkipOne();
  }
  if (At(TokenKind::LeftBrace)) {
    SkipOne();
    StopRecovering();
  }
}

}  // namespace plait
