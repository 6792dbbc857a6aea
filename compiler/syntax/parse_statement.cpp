// Parses the statements of bodies and blocks.
#include "compiler/syntax/expr_parser.h"

namespace plait {

namespace {

/// Words that declare a variable in other languages.
bool IsForeignLet(std::string_view word) {
  for (std::string_view other : {"var", "val", "auto", "const", "final", "mut"}) {
    if (word == other) {
      return true;
    }
  }
  return false;
}

}  // namespace

void ExprParser::ParseStatement(Statements& statements) {
  is_branch_return_reported_ = is_branch_return_reported_ && statements.form == BlockForm::Branch;
  if (statements.has_value) {
    ReportExcess(statements);
  }
  if (Take(TokenKind::Let)) {
    ast::Let let = ParseLet();
    if (!statements.has_value) {
      statements.block.lets.push_back(std::move(let));
    }
  } else if (At(TokenKind::Return)) {
    ParseReturn(statements);
  } else if (!ParseForeignStatement(statements)) {
    ParseValue(statements);
  }
}

// let = "let" NAME [ ":" type ] "=" expr ;
ast::Let ExprParser::ParseLet() {
  uint32_t first = index() - 1;
  ast::Let let;
  if (AtNameThatReads("mut") && Peek(1).kind == TokenKind::Name) {
    Report(MakeDiagnostic(DiagnosticKind::ForeignSyntax, SpanOf(Peek()), "a `let` never changes here, so there is no `mut`")
               .Fix("drop `mut`", {SpanOf(Peek()).file, Peek().begin, Peek(1).begin}, ""));
    Advance();
  }
  let.name = ParseName("a name");
  if (!is_recovering() && Take(TokenKind::Colon)) {
    let.type = ParseType();
  }
  let.value = Expect(TokenKind::Equal) ? ParseExpr() : ParseErrorExpr();
  let.span = SpanFrom(first);
  return let;
}

void ExprParser::ParseReturn(Statements& statements) {
  Token word = Advance();
  // What the branches of one statement say about `return` is one fault.
  if (statements.form == BlockForm::Branch && !is_branch_return_reported_) {
    Span to_value = {SpanOf(word).file, word.begin, Peek().begin};
    Report(MakeDiagnostic(DiagnosticKind::ReturnPosition, SpanOf(word), "a branch has no `return`; its value is its last expression")
               .Fix("drop `return`, and write one `return` before the whole `if` or `match`", to_value, ""));
    is_branch_return_reported_ = true;
  }
  size_t faults_before = fault_count();
  ast::ExprId value = ParseExpr();
  if (!statements.has_value) {
    statements.block.value = value;
    statements.has_value = true;
    statements.is_excess_explained = fault_count() > faults_before;
  }
}

/// An expression as a statement: the value of a branch, or what a body lacks its `return` before.
void ExprParser::ParseValue(Statements& statements) {
  uint32_t first = index();
  size_t faults_before = fault_count();
  bool is_line_start_fault = AtLineStartFault() && !statements.block.lets.empty();
  bool is_body = statements.form == BlockForm::Body;
  ast::ExprId value = ParseExpr();
  bool is_faulty = fault_count() > faults_before || is_recovering();
  bool is_last = AtEnd();
  if (statements.has_value) {
    return;
  }
  if (is_line_start_fault && (is_body || !is_last) && !is_faulty) {
    uint32_t here = index();
    MoveTo(first);
    FailLineStart();
    MoveTo(here);
    return;
  }
  if (!is_last && is_faulty) {
    return;
  }
  Span span = SpanFrom(first);
  if (!is_last && is_body) {
    Report(MakeDiagnostic(DiagnosticKind::SyntaxError, span, "this value is not used; a body is `let`s and one `return`")
               .Fix("give it a name with `let`, or drop it"));
    return;
  }
  if (is_body && !is_faulty) {
    Report(MakeDiagnostic(DiagnosticKind::ReturnPosition, span, "the body ends with a value but without `return`")
               .Fix("write `return` before it", {span.file, span.begin, span.begin}, "return "));
  }
  statements.block.value = value;
  statements.has_value = true;
  statements.is_excess_explained = is_faulty;
}

/// Something stands after the value that ends the braces. The first time it is reported, then passed over.
void ExprParser::ReportExcess(Statements& statements) {
  if (statements.is_excess_explained) {
    return;
  }
  statements.is_excess_explained = true;
  Span value = module_.exprs[statements.block.value].span;
  if (AtLineStartFault()) {
    FailLineStart();
    StopRecovering();
  } else if (statements.form == BlockForm::Body) {
    Report(MakeDiagnostic(DiagnosticKind::ReturnPosition, SpanOf(Peek()), "nothing stands after `return` in a body")
               .Also(value, "the body's value"));
  } else {
    Report(MakeDiagnostic(DiagnosticKind::SyntaxError, SpanOf(Peek()), "a block ends with its one value, but more follows")
               .Also(value, "the block's value")
               .Fix("give what comes first a name with `let`"));
  }
}

/// Declarations, assignments and loops of other languages.
bool ExprParser::ParseForeignStatement(Statements& statements) {
  if (At(TokenKind::While) || At(TokenKind::For)) {
    ParseForeignLoop(statements);
    return true;
  }
  const Token& next = Peek(1);
  if (!At(TokenKind::Name)) {
    return false;
  }
  bool is_foreign_let = IsForeignLet(TextOf(Peek())) && next.kind == TokenKind::Name && !next.starts_line;
  bool is_assignment = next.kind == TokenKind::Equal || (next.kind == TokenKind::Colon && Peek(2).kind == TokenKind::Name);
  if (!is_foreign_let && !is_assignment && next.kind != TokenKind::Assign) {
    return false;
  }
  Span span = SpanOf(Peek());
  if (next.kind == TokenKind::Assign) {
    Report(MakeDiagnostic(DiagnosticKind::ForeignSyntax, SpanOf(next), "there is no assignment here; a name keeps its value")
               .Fix("give the new value a name of its own with `let`"));
    Advance();
    Advance();
    ParseExpr();
    return true;
  }
  if (is_foreign_let) {
    ReportForeign(span, "let");
    Advance();
  } else {
    Report(MakeDiagnostic(DiagnosticKind::ForeignSyntax, span, "a value gets its name with `let` here")
               .Fix(fmt::format("write `let {}`", TextOf(span)), {span.file, span.begin, span.begin}, "let "));
  }
  ast::Let let = ParseLet();
  if (!statements.has_value) {
    statements.block.lets.push_back(std::move(let));
  }
  return true;
}

void ExprParser::ParseForeignLoop(Statements& statements) {
  bool is_while = At(TokenKind::While);
  Diagnostic diagnostic =
      MakeDiagnostic(DiagnosticKind::LoopUnbounded, SpanOf(Peek()), "a `{}` loop is not part of the language", TextOf(Peek()));
  Report(is_while ? std::move(diagnostic).Fix("write `let x = repeat up to N with state = first while condition { next }`")
                  : std::move(diagnostic).Fix("write a comprehension: `[f(x) for x in xs]`"));
  SkipLoop();
  // A block that was only a loop is not told that it lacks a value.
  if (AtEnd() && !statements.has_value) {
    statements.block.value = ParseErrorExpr();
    statements.has_value = true;
  }
}

/// Goes on at the next statement: after a fault at a line that can begin one.
void ExprParser::FinishStatement(BlockForm form) {
  if (is_recovering()) {
    while (!AtEnd() && !(Peek().starts_line && !AtLineStartFault())) {
      SkipOne();
    }
    if (!AtEnd() || At(TokenKind::RightBrace)) {
      StopRecovering();
    }
    return;
  }
  // The grammar has no separators between statements: in a branch the value may follow its `let`s on one line.
  bool may_follow = At(TokenKind::Let) || At(TokenKind::Return) || (form == BlockForm::Branch && !At(TokenKind::Comma) && !AtStrayCloser());
  if (AtEnd() || Peek().starts_line || may_follow) {
    return;
  }
  if (At(TokenKind::Comma)) {
    Report(MakeDiagnostic(DiagnosticKind::SyntaxError, SpanOf(Peek()), "statements are not separated by commas")
               .Fix("drop the `,`", SpanOf(Peek()), ""));
    Advance();
    return;
  }
  FailExpectedHere("the end of the line");
  FinishStatement(form);
}

/// At the closing brace: a value must have been seen.
void ExprParser::FinishStatements(Statements& statements) {
  if (statements.has_value) {
    return;
  }
  statements.block.value = ParseErrorExpr();
  if (fault_count() > statements.faults_before || !At(TokenKind::RightBrace)) {
    return;
  }
  Span brace = SpanOf(Peek());
  if (statements.form == BlockForm::Body) {
    Report(MakeDiagnostic(DiagnosticKind::ReturnPosition, brace, "the body ends without `return`")
               .UnderCaret("`return` and a value are missing"));
  } else {
    Report(MakeDiagnostic(DiagnosticKind::SyntaxError, brace, "the block ends without a value").UnderCaret("a value is missing"));
  }
}

}  // namespace plait
