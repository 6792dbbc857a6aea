// Formats expressions.
#include "compiler/format/formatter.h"

namespace plait::format {

Doc Formatter::Expr(const ast::Expr& expr) {
  return std::visit([&](const auto& node) { return Node(expr, node); }, expr.node);
}

/// Operands begin on a line of their own where they do not fit, so that they stand below each other.
Doc Formatter::Assigned(ast::ExprId id) {
  const ast::Expr& expr = module_.exprs[id];
  if (!std::holds_alternative<ast::Binary>(expr.node)) {
    return documents_.Concat({documents_.Space(), Expr(id)});
  }
  Doc line = LineOrBreak();
  Chain chain = BinaryChain(expr);
  return documents_.Group(documents_.Indent(documents_.Concat({line, chain.first, chain.rest})));
}

Doc Formatter::Default(const std::optional<ast::ExprId>& value) {
  if (!value) {
    return documents_.Empty();
  }
  Doc equal = Take(TokenKind::Equal);
  return documents_.Concat({documents_.Space(), equal, Assigned(*value)});
}

/// Literals, names and selectors. A selector and the least integer are two tokens.
template <class Leaf>
Doc Formatter::Node(const ast::Expr& expr, const Leaf& /*leaf*/) {
  std::vector<Doc> tokens;
  while (Peek().begin < expr.span.end) {
    tokens.push_back(Take());
  }
  return documents_.Concat(tokens);
}

Doc Formatter::Node(const ast::Expr& expr, const ast::FormatString& /*node*/) { return TakeVerbatim(expr.span.end); }

Doc Formatter::Node(const ast::Expr& /*expr*/, const ast::Parenthesized& node) {
  return Enclosed([&] {
    const ast::Expr& inner = module_.exprs[node.inner];
    if (!std::holds_alternative<ast::Binary>(inner.node)) {
      return Expr(node.inner);
    }
    Chain chain = BinaryChain(inner);
    return documents_.Concat({chain.first, chain.rest});
  });
}

Doc Formatter::Node(const ast::Expr& /*expr*/, const ast::List& node) {
  if (node.items.size() == 1 && IsBracketed(node.items[0]) && IsOpenerBare()) {
    Doc opener = Take(TokenKind::LeftBracket);
    Doc item = Expr(node.items[0]);
    Doc comma = SkipComma(ListStyle::Commas);
    return documents_.Concat({opener, item, comma, Take(TokenKind::RightBracket)});
  }
  auto item = node.items.begin();
  return List(ListStyle::Commas, TokenKind::RightBracket, [&] { return Expr(*item++); });
}

Doc Formatter::Node(const ast::Expr& /*expr*/, const ast::Comprehension& node) {
  return Enclosed([&] {
    std::vector<Doc> parts = {Expr(node.element)};
    for (const ast::ForClause& clause : node.clauses) {
      parts.push_back(LineOrBreak());
      parts.push_back(ForClause(clause));
    }
    return documents_.Concat(parts);
  });
}

Doc Formatter::ForClause(const ast::ForClause& clause) {
  std::vector<Doc> parts = {Take(TokenKind::For), documents_.Space(), Take()};
  if (clause.index) {
    parts.insert(parts.end(), {Take(TokenKind::Comma), documents_.Space(), Take()});
  }
  parts.insert(parts.end(), {documents_.Space(), Take(TokenKind::In), documents_.Space(), Expr(clause.source)});
  if (clause.condition) {
    Doc line = LineOrBreak();
    Doc word = Take(TokenKind::If);
    parts.push_back(documents_.Indent(documents_.Concat({line, word, documents_.Space(), Expr(*clause.condition)})));
  }
  return documents_.Group(documents_.Concat(parts));
}

Doc Formatter::Node(const ast::Expr& /*expr*/, const ast::Brace& node) {
  Doc type = documents_.Empty();
  if (node.type) {
    Doc path = TakePath(*node.type);
    type = documents_.Concat({path, documents_.Space()});
  }
  auto field = node.fields.begin();
  Doc fields = List(ListStyle::KeptLines, TokenKind::RightBrace, [&] {
    Doc name = TakeTight(2);
    return documents_.Concat({name, Assigned((field++)->value)});
  });
  return documents_.Concat({type, fields});
}

Doc Formatter::Node(const ast::Expr& /*expr*/, const ast::Unary& node) {
  Doc op = Take();
  Doc blank = node.op == ast::UnaryOp::Not ? documents_.Space() : documents_.Empty();
  return documents_.Concat({op, blank, Expr(node.operand)});
}

Doc Formatter::Node(const ast::Expr& /*expr*/, const ast::Cast& node) {
  Doc operand = Expr(node.operand);
  Doc space = SpaceOrBreak();
  Doc word = Take(TokenKind::As);
  return documents_.Concat({operand, space, word, documents_.Space(), Type(node.type)});
}

Doc Formatter::Node(const ast::Expr& expr, const ast::Field& /*node*/) { return Postfix(expr); }
Doc Formatter::Node(const ast::Expr& expr, const ast::Call& /*node*/) { return Postfix(expr); }
Doc Formatter::Node(const ast::Expr& expr, const ast::Index& /*node*/) { return Postfix(expr); }

Doc Formatter::Node(const ast::Expr& expr, const ast::Binary& /*node*/) {
  Chain chain = BinaryChain(expr);
  return documents_.Group(documents_.Concat({chain.first, documents_.Indent(chain.rest)}));
}

Doc Formatter::Node(const ast::Expr& /*expr*/, const ast::Guarded& node) {
  Doc operand = Expr(node.operand);
  return documents_.Group(documents_.Concat({operand, documents_.Indent(Guards(node.guards))}));
}

Doc Formatter::Node(const ast::Expr& expr, const ast::Pipe& /*node*/) {
  std::vector<const ast::Pipe*> pipes;
  const ast::Expr* at = &expr;
  while (const auto* pipe = std::get_if<ast::Pipe>(&at->node)) {
    pipes.push_back(pipe);
    at = &module_.exprs[pipe->left];
  }
  Doc first = Expr(*at);
  std::vector<Doc> rest;
  for (auto pipe = pipes.rbegin(); pipe != pipes.rend(); ++pipe) {
    rest.push_back(LineOrBreak());
    rest.push_back(Take(TokenKind::PipeArrow));
    rest.push_back(documents_.Space());
    rest.push_back(TakePath((*pipe)->callee));
    if (At(TokenKind::LeftParen)) {
      rest.push_back(Arguments((*pipe)->arguments));
    }
    if ((*pipe)->guards) {
      rest.push_back(documents_.Group(documents_.Indent(Guards(*(*pipe)->guards))));
    }
  }
  return documents_.Group(documents_.Concat({first, documents_.Indent(documents_.Concat(rest))}));
}

}  // namespace plait::format
