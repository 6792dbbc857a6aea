// Parses operators, from the loosest to the tightest.
#include <algorithm>

#include "compiler/syntax/children.h"
#include "compiler/syntax/expr_parser.h"

namespace plait {

namespace {

/// How many levels an expression stands for beyond its own: later stages nest each clause of a comprehension into the one before it, and
/// test each pattern of a match where the ones before it failed.
size_t HiddenLevels(const ast::Expr& expr) {
  if (const auto* comprehension = std::get_if<ast::Comprehension>(&expr.node)) {
    return comprehension->clauses.size() - 1;
  }
  size_t patterns = 0;
  if (const auto* match = std::get_if<ast::Match>(&expr.node)) {
    std::ranges::for_each(match->arms, [&](const ast::Arm& arm) { patterns += arm.patterns.size(); });
  }
  return patterns;
}

}  // namespace

/// Chains of operators and calls are as deep as they are long, so that the limit holds for every tree that comes out.
ast::ExprId ExprParser::AddChecked(ast::Expr expr) {
  int height = 0;
  ast::ForEachChild(expr, [&](ast::ExprId child) { height = std::max<int>(height, heights_[child.index]); });
  size_t hidden = HiddenLevels(expr);
  height += static_cast<int>(hidden);
  if (height >= kMaxNesting) {
    // `match` or `[` says more than where it ends.
    uint32_t word = std::holds_alternative<ast::Match>(expr.node) ? 5 : 1;
    FailTooDeep(hidden > 0 ? Span{expr.span.file, expr.span.begin, expr.span.begin + word} : SpanOf(Peek()));
    expr.node = ast::ErrorExpr{};
    height = 0;
  }
  heights_.push_back(static_cast<uint16_t>(height + 1));
  return module_.exprs.Add(std::move(expr));
}

ast::ExprId ExprParser::ParseErrorExpr() {
  const Token& token = Peek();
  return AddChecked({{SpanOf(token).file, token.begin, token.begin}, ast::ErrorExpr{}});
}

ast::ExprId ExprParser::AddIf(uint32_t first, ast::ExprId condition, ast::ExprId then_value, ast::ExprId else_value) {
  auto block = [this](ast::ExprId value) { return ast::Block{{}, value, module_.exprs[value].span}; };
  return AddExpr(first, ast::If{condition, block(then_value), block(else_value)});
}

/// A reserved word before `:` is the name of the next field, not an operator.
bool ExprParser::AtOperator(TokenKind kind) const { return At(kind) && Peek(1).kind != TokenKind::Colon; }

// expr = guarded { "|>" path [ args ] guards } ;
ast::ExprId ExprParser::ParseExpr() {
  uint32_t first = index();
  Scoped<bool> not_after_otherwise(is_after_otherwise_, false);
  ast::ExprId left = ParseGuarded();
  while (Take(TokenKind::PipeArrow)) {
    ast::Pipe pipe;
    pipe.left = left;
    pipe.callee = ParsePath("what the value goes to");
    if (At(TokenKind::LeftParen) && !Peek().starts_line) {
      pipe.arguments = ParseArguments();
    }
    pipe.guards = ParseGuards();
    left = AddExpr(first, std::move(pipe));
  }
  return is_recovering() ? left : ParseForeignTernary(first, left);
}

/// `a if c else b` and `c ? a : b`, taken for `if c { a } else { b }`.
ast::ExprId ExprParser::ParseForeignTernary(uint32_t first, ast::ExprId left) {
  bool is_if = At(TokenKind::If) && !Peek().starts_line && Peek(1).kind != TokenKind::Colon;
  if (!is_if && !At(TokenKind::Question)) {
    return left;
  }
  auto deeper = Deeper();
  if (IsTooDeep()) {
    FailTooDeep();
    return left;
  }
  Report(MakeDiagnostic(DiagnosticKind::ForeignSyntax, SpanOf(Peek()), "a choice is written `if c {{ a }} else {{ b }}` here"));
  Advance();
  ast::ExprId second = is_if ? ParseGuarded() : ParseExpr();
  Expect(is_if ? TokenKind::Else : TokenKind::Colon);
  ast::ExprId third = ParseExpr();
  return is_if ? AddIf(first, second, left, third) : AddIf(first, left, second, third);
}

// guarded = or guards ;
ast::ExprId ExprParser::ParseGuarded() {
  auto deeper = Deeper();
  uint32_t first = index();
  if (IsTooDeep()) {
    FailTooDeep();
    return ParseErrorExpr();
  }
  ast::ExprId operand = ParseOr();
  size_t faults_before = fault_count();
  std::optional<ast::Guards> guards = ParseGuards();
  if (!guards) {
    return operand;
  }
  // Brackets around the call change nothing: `(x as int) otherwise 0`.
  ast::ExprId bare = operand;
  const auto* brackets = std::get_if<ast::Parenthesized>(&module_.exprs[bare].node);
  while (brackets != nullptr && brackets->inner.has_value()) {
    bare = brackets->inner;
    brackets = std::get_if<ast::Parenthesized>(&module_.exprs[bare].node);
  }
  const ast::Expr& expr = module_.exprs[bare];
  bool is_call = std::holds_alternative<ast::Call>(expr.node) || std::holds_alternative<ast::Cast>(expr.node);
  if (!is_call && is_after_otherwise_) {
    Report(MakeDiagnostic(DiagnosticKind::GuardOrder, guards->span, "`otherwise` is the last guard")
               .Fix("write `within`, `retry`, `otherwise` in this order, each at most once"));
  } else if (!is_call) {
    Report(MakeDiagnostic(DiagnosticKind::GuardNotCall, guards->span, "a guard stands after something other than one call")
               .Also(expr.span, "this is not one call")
               .Fix("put the call and its guards in brackets: `(f(x) within 1s)`"));
  }
  // Faulty guards are left out: what they guard is still checked.
  return fault_count() > faults_before ? operand : AddExpr(first, ast::Guarded{operand, *guards});
}

// guards = [ "within" unary ] [ "retry" unary ] [ "otherwise" guarded ] ;
std::optional<ast::Guards> ExprParser::ParseGuards() {
  uint32_t first = index();
  ast::Guards guards;
  while (AtOperator(TokenKind::Within) || AtOperator(TokenKind::Retry) || AtOperator(TokenKind::Otherwise)) {
    ParseGuard(guards);
  }
  if (index() == first) {
    return std::nullopt;
  }
  guards.span = SpanFrom(first);
  return guards;
}

void ExprParser::ParseGuard(ast::Guards& guards) {
  const Token& word = Peek();
  bool is_out_of_order = (word.kind == TokenKind::Within && guards.retry) || guards.otherwise;
  bool is_twice = (word.kind == TokenKind::Within && guards.within) || (word.kind == TokenKind::Retry && guards.retry) ||
                  (word.kind == TokenKind::Otherwise && guards.otherwise);
  if (is_out_of_order || is_twice) {
    Report(
        MakeDiagnostic(DiagnosticKind::GuardOrder, SpanOf(word), "`{}` stands {}", TextOf(word), is_twice ? "twice" : "after a later guard")
            .Fix("write `within`, `retry`, `otherwise` in this order, each at most once"));
  }
  TokenKind kind = Advance().kind;
  if (kind == TokenKind::Within) {
    guards.within = ParseUnary();
  } else if (kind == TokenKind::Retry) {
    guards.retry = ParseUnary();
  } else {
    Scoped<bool> after_otherwise(is_after_otherwise_, true);
    guards.otherwise = ParseGuarded();
  }
}

// or = and { "or" and } ;
ast::ExprId ExprParser::ParseOr() {
  uint32_t first = index();
  ast::ExprId left = ParseAnd();
  while (AtOperator(TokenKind::Or)) {
    Span op = SpanOf(Advance());
    ast::ExprId right = ParseAnd();
    left = AddExpr(first, ast::Binary{ast::BinaryOp::Or, left, right, op});
  }
  return left;
}

// and = not { "and" not } ;
ast::ExprId ExprParser::ParseAnd() {
  uint32_t first = index();
  ast::ExprId left = ParseNot();
  while (AtOperator(TokenKind::And)) {
    Span op = SpanOf(Advance());
    ast::ExprId right = ParseNot();
    left = AddExpr(first, ast::Binary{ast::BinaryOp::And, left, right, op});
  }
  return left;
}

// not = "not" not | compare ;
ast::ExprId ExprParser::ParseNot() {
  if (!At(TokenKind::Not)) {
    return ParseCompare();
  }
  auto deeper = Deeper();
  uint32_t first = index();
  if (IsTooDeep()) {
    FailTooDeep();
    return ParseErrorExpr();
  }
  Advance();
  ast::ExprId operand = ParseNot();
  return AddExpr(first, ast::Unary{ast::UnaryOp::Not, operand});
}

// compare = coalesce [ ( "==" | "!=" | "<" | "<=" | ">" | ">=" | "in" ) coalesce ] ;
ast::ExprId ExprParser::ParseCompare() {
  uint32_t first = index();
  ast::ExprId left = ParseCoalesce();
  Span previous_op;
  Span previous_right;
  bool is_chain = false;
  while (ComparisonHere() && !is_recovering()) {
    uint32_t op_index = index();
    bool is_negated = false;
    ast::BinaryOp op = TakeComparison(is_negated);
    Span op_span = SpanFrom(op_index);
    // Of a longer chain the first link is enough.
    if (previous_op.file.has_value() && !is_chain) {
      ReportChain(previous_op, previous_right, op_span);
      is_chain = true;
    }
    ast::ExprId right = ParseCoalesce();
    left = AddExpr(first, ast::Binary{op, left, right, op_span});
    left = is_negated ? AddExpr(first, ast::Unary{ast::UnaryOp::Not, left}) : left;
    // What was meant is not what stands there, so later stages had better not look at it.
    left = is_chain ? AddExpr(first, ast::ErrorExpr{}) : left;
    previous_right = module_.exprs[right].span;
    previous_op = op_span;
  }
  return left;
}

/// `is` and `not in` are of another language.
std::optional<ast::BinaryOp> ExprParser::ComparisonHere() const {
  if (Peek(1).kind == TokenKind::Colon) {
    return std::nullopt;
  }
  switch (Peek().kind) {
    case TokenKind::EqualEqual:
      return ast::BinaryOp::Equal;
    case TokenKind::NotEqual:
      return ast::BinaryOp::NotEqual;
    case TokenKind::Less:
      return ast::BinaryOp::Less;
    case TokenKind::LessEqual:
      return ast::BinaryOp::LessEqual;
    case TokenKind::Greater:
      return ast::BinaryOp::Greater;
    case TokenKind::GreaterEqual:
      return ast::BinaryOp::GreaterEqual;
    case TokenKind::In:
      return ast::BinaryOp::In;
    case TokenKind::Not:
      return Peek(1).kind == TokenKind::In ? std::optional(ast::BinaryOp::In) : std::nullopt;
    case TokenKind::Name:
      return TextOf(Peek()) == "is" && !Peek().starts_line ? std::optional(ast::BinaryOp::Equal) : std::nullopt;
    default:
      return std::nullopt;
  }
}

ast::BinaryOp ExprParser::TakeComparison(bool& is_negated) {
  ast::BinaryOp op = *ComparisonHere();
  Token token = Advance();
  if (token.kind == TokenKind::Not) {
    Span span = SpanOf(token).To(SpanOf(Advance()));
    Report(MakeDiagnostic(DiagnosticKind::ForeignSyntax, span, "`not in` is written `not (x in xs)` here").Fix("write `not (x in xs)`"));
    is_negated = true;
  } else if (token.kind == TokenKind::Name) {
    bool is_not = At(TokenKind::Not);
    Span span = is_not ? SpanOf(token).To(SpanOf(Advance())) : SpanOf(token);
    ReportForeign(span, is_not ? "!=" : "==");
    return is_not ? ast::BinaryOp::NotEqual : op;
  }
  return op;
}

void ExprParser::ReportChain(const Span& first_op, const Span& middle, const Span& second_op) {
  std::string_view text = TextOf(middle);
  Diagnostic diagnostic = MakeDiagnostic(DiagnosticKind::ChainedComparison, second_op, "comparisons do not chain")
                              .UnderCaret("a second comparison")
                              .Also(first_op, "the first one");
  Span place = {second_op.file, second_op.begin, second_op.begin};
  Report(text.size() > 40 ? std::move(diagnostic).Fix("join the two with `and`")
                          : std::move(diagnostic)
                                .Fix(fmt::format("write `{0} {1} and {1} {2}`", TextOf(first_op), text, TextOf(second_op)), place,
                                     fmt::format("and {} ", text)));
}

// coalesce = sum [ "??" coalesce ] ;
ast::ExprId ExprParser::ParseCoalesce() {
  uint32_t first = index();
  ast::ExprId left = ParseSum();
  if (!At(TokenKind::QuestionQuestion)) {
    return left;
  }
  auto deeper = Deeper();
  if (IsTooDeep()) {
    FailTooDeep();
    return ParseErrorExpr();
  }
  Span op = SpanOf(Advance());
  ast::ExprId right = ParseCoalesce();
  return AddExpr(first, ast::Binary{ast::BinaryOp::Coalesce, left, right, op});
}

// sum = product { ( "+" | "-" ) product } ;
ast::ExprId ExprParser::ParseSum() {
  uint32_t first = index();
  ast::ExprId left = ParseProduct();
  while (At(TokenKind::Plus) || (At(TokenKind::Minus) && !Peek().starts_line)) {
    Token op = Advance();
    ast::BinaryOp kind = op.kind == TokenKind::Plus ? ast::BinaryOp::Add : ast::BinaryOp::Subtract;
    ast::ExprId right = ParseProduct();
    left = AddExpr(first, ast::Binary{kind, left, right, SpanOf(op)});
  }
  return left;
}

// product = unary { ( "*" | "/" | "%" ) unary } ;
ast::ExprId ExprParser::ParseProduct() {
  uint32_t first = index();
  ast::ExprId left = ParseUnary();
  while (At(TokenKind::Star) || At(TokenKind::Slash) || At(TokenKind::Percent)) {
    Token op = Advance();
    ast::BinaryOp kind = op.kind == TokenKind::Star    ? ast::BinaryOp::Multiply
                         : op.kind == TokenKind::Slash ? ast::BinaryOp::Divide
                                                       : ast::BinaryOp::Remainder;
    ast::ExprId right = ParseUnary();
    left = AddExpr(first, ast::Binary{kind, left, right, SpanOf(op)});
  }
  return left;
}

// unary = "-" unary | cast ;
ast::ExprId ExprParser::ParseUnary() {
  if (At(TokenKind::Not)) {
    return ParseMisplacedNot();
  }
  if (!At(TokenKind::Minus)) {
    return ParseCast();
  }
  auto deeper = Deeper();
  uint32_t first = index();
  if (IsTooDeep()) {
    FailTooDeep();
    return ParseErrorExpr();
  }
  Advance();
  // The least integer has no positive counterpart, so its sign belongs to the literal.
  if (At(TokenKind::Int) && TextOf(Peek()) == "9223372036854775808") {
    Advance();
    return AddExpr(first, ast::IntLiteral{INT64_MIN});
  }
  ast::ExprId operand = ParseUnary();
  return AddExpr(first, ast::Unary{ast::UnaryOp::Negate, operand});
}

/// `a == not b`: `not` is looser than the operator before it.
ast::ExprId ExprParser::ParseMisplacedNot() {
  auto deeper = Deeper();
  uint32_t first = index();
  if (IsTooDeep()) {
    FailTooDeep();
    return ParseErrorExpr();
  }
  Token token = Advance();
  // The lexer has reported a `!`.
  if (TextOf(token) == "not") {
    Report(MakeDiagnostic(DiagnosticKind::SyntaxError, SpanOf(token), "`not` is looser than the operator before it")
               .Fix("put `not` and its operand in brackets"));
  }
  ast::ExprId operand = ParseUnary();
  return AddExpr(first, ast::Unary{ast::UnaryOp::Not, operand});
}

// cast = postfix { "as" otype } ;
ast::ExprId ExprParser::ParseCast() {
  uint32_t first = index();
  ast::ExprId operand = ParsePostfix();
  while (AtOperator(TokenKind::As)) {
    Advance();
    ast::TypeId type = ParseOptionalType();
    operand = AddExpr(first, ast::Cast{operand, type});
  }
  return operand;
}

}  // namespace plait
