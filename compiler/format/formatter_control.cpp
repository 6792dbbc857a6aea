// Formats branches, loops and the statements in braces.
#include "compiler/format/formatter.h"

namespace plait::format {

/// Where operands of the condition go on lines of their own, so does the brace: it shows where the block begins.
Doc Formatter::Head(ast::ExprId condition) {
  const ast::Expr& expr = module_.exprs[condition];
  Doc space = documents_.Space();
  if (!std::holds_alternative<ast::Binary>(expr.node)) {
    Doc content = Expr(condition);
    return documents_.Concat({space, content, SpaceOrBreak()});
  }
  Doc comments = TakeComments();
  Chain chain = BinaryChain(expr);
  return documents_.Group(documents_.Concat({space, comments, chain.first, documents_.Indent(chain.rest), LineOrBreak()}));
}

Doc Formatter::Node(const ast::Expr& /*expr*/, const ast::If& node) { return documents_.Group(IfChain(node)); }

Doc Formatter::IfChain(const ast::If& node) {
  std::vector<Doc> parts = {Take(TokenKind::If), Head(node.condition),  Block(node.then_block),
                            SpaceOrBreak(),      Take(TokenKind::Else), SpaceOrBreak()};
  if (At(TokenKind::If)) {
    parts.push_back(IfChain(std::get<ast::If>(module_.exprs[node.else_block.value].node)));
  } else {
    parts.push_back(Block(node.else_block));
  }
  return documents_.Concat(parts);
}

Doc Formatter::Block(const ast::Block& block) {
  Doc opener = Take(TokenKind::LeftBrace);
  std::vector<Doc> inner;
  if (Peek().starts_line || !block.lets.empty()) {
    inner.push_back(documents_.ForceBreak());
  }
  bool is_first = true;
  auto start_line = [&] {
    inner.push_back(documents_.Line(!is_first && IsBlankNext()));
    inner.push_back(TakeItemComments());
    is_first = false;
  };
  for (const ast::Let& let : block.lets) {
    start_line();
    inner.push_back(Let(let));
  }
  start_line();
  if (At(TokenKind::Return)) {
    inner.push_back(Take());
    inner.push_back(documents_.Space());
  }
  inner.push_back(Expr(block.value));
  return FinishList(ListStyle::Lines, opener, inner, false);
}

Doc Formatter::Let(const ast::Let& let) {
  Doc word = Take(TokenKind::Let);
  Doc name = Take();
  Doc type = Annotation(let.type);
  return documents_.Concat({word, documents_.Space(), name, type, Default(let.value)});
}

Doc Formatter::Node(const ast::Expr& /*expr*/, const ast::Match& node) {
  Doc word = Take(TokenKind::Match);
  Doc head = Head(node.subject);
  auto arm = node.arms.begin();
  Doc arms = OpenList(ListStyle::KeptLines, TokenKind::RightBrace, [&] { return Arm(*arm++); });
  return documents_.Group(documents_.Concat({word, head, arms}));
}

Doc Formatter::Arm(const ast::Arm& arm) {
  std::vector<Doc> patterns;
  for (const ast::Pattern& pattern : arm.patterns) {
    if (!patterns.empty()) {
      patterns.push_back(LineOrBreak());
      patterns.push_back(Take(TokenKind::Bar));
      patterns.push_back(documents_.Space());
    }
    patterns.push_back(Pattern(pattern));
  }
  std::vector<Doc> parts = {documents_.Group(documents_.Concat(patterns)), documents_.Space()};
  if (arm.condition) {
    parts.insert(parts.end(), {Take(TokenKind::If), documents_.Space(), Expr(*arm.condition), documents_.Space()});
  }
  parts.push_back(Take(TokenKind::FatArrow));
  bool is_block = At(TokenKind::LeftBrace) && module_.exprs[arm.body.value].span.begin > Peek().begin;
  if (is_block) {
    parts.insert(parts.end(), {documents_.Space(), documents_.Group(Block(arm.body))});
  } else {
    parts.push_back(Assigned(arm.body.value));
  }
  return documents_.Concat(parts);
}

Doc Formatter::Pattern(const ast::Pattern& pattern) {
  if (const auto* literal = std::get_if<ast::ExprId>(&pattern.node)) {
    return Expr(*literal);
  }
  Doc path = TakePath(std::get<ast::Path>(pattern.node));
  return documents_.Concat({path, Annotation(pattern.type)});
}

Doc Formatter::Node(const ast::Expr& /*expr*/, const ast::Repeat& node) {
  Doc space = documents_.Space();
  std::vector<Doc> bound = {Take(TokenKind::Repeat), space, Take(TokenKind::Up), space, Take(TokenKind::To), space, Expr(node.bound)};
  std::vector<Doc> rest = {LineOrBreak(), Take(TokenKind::With), space, Take(), space, Take(TokenKind::Equal), Assigned(node.initial)};
  rest.insert(rest.end(), {LineOrBreak(), Take(TokenKind::While), space, Expr(node.condition)});
  Doc head = documents_.Group(documents_.Concat({documents_.Concat(bound), documents_.Indent(documents_.Concat(rest)), LineOrBreak()}));
  return documents_.Group(documents_.Concat({head, Block(node.body)}));
}

}  // namespace plait::format
