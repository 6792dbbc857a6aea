// Formats calls and chains of operators.
#include "compiler/format/formatter.h"

namespace plait::format {

namespace {

enum class Tightness { Product, Sum, Coalesce, Comparison, And, Or };

Tightness TightnessOf(ast::BinaryOp op) {
  switch (op) {
    case ast::BinaryOp::Multiply:
    case ast::BinaryOp::Divide:
    case ast::BinaryOp::Remainder:
      return Tightness::Product;
    case ast::BinaryOp::Add:
    case ast::BinaryOp::Subtract:
      return Tightness::Sum;
    case ast::BinaryOp::Coalesce:
      return Tightness::Coalesce;
    case ast::BinaryOp::And:
      return Tightness::And;
    case ast::BinaryOp::Or:
      return Tightness::Or;
    default:
      return Tightness::Comparison;
  }
}

}  // namespace

bool Formatter::IsBracketed(ast::ExprId id) const {
  const ast::Expr& expr = module_.exprs[id];
  if (std::holds_alternative<ast::StringLiteral>(expr.node) || std::holds_alternative<ast::FormatString>(expr.node)) {
    return text_.substr(expr.span.begin, expr.span.end - expr.span.begin).find('\n') != std::string_view::npos;
  }
  return std::holds_alternative<ast::List>(expr.node) || std::holds_alternative<ast::Comprehension>(expr.node) ||
         std::holds_alternative<ast::Brace>(expr.node);
}

bool Formatter::IsOpenerBare() const { return Peek().trailing.empty() && Peek(1).comment_count == 0; }

Doc Formatter::Arguments(const std::vector<ast::Argument>& arguments) {
  if (arguments.size() == 1 && !arguments[0].name && IsBracketed(arguments[0].value) && IsOpenerBare()) {
    Doc opener = Take(TokenKind::LeftParen);
    Doc value = Expr(arguments[0].value);
    Doc comma = SkipComma(ListStyle::Commas);
    return documents_.Concat({opener, value, comma, Take(TokenKind::RightParen)});
  }
  auto argument = arguments.begin();
  return List(ListStyle::Commas, TokenKind::RightParen, [&] { return Argument(*argument++); });
}

Doc Formatter::Argument(const ast::Argument& argument) {
  if (!argument.name) {
    return Expr(argument.value);
  }
  Doc name = TakeTight(2);
  return documents_.Concat({name, Assigned(argument.value)});
}

/// Of a chain with several calls behind the first one, each may go on a line of its own.
Doc Formatter::Postfix(const ast::Expr& expr) {
  std::vector<const ast::Expr*> links;
  const ast::Expr* base = &expr;
  while (true) {
    if (const auto* field = std::get_if<ast::Field>(&base->node)) {
      links.push_back(base);
      base = &module_.exprs[field->base];
    } else if (const auto* call = std::get_if<ast::Call>(&base->node)) {
      links.push_back(base);
      base = &module_.exprs[call->callee];
    } else if (const auto* index = std::get_if<ast::Index>(&base->node)) {
      links.push_back(base);
      base = &module_.exprs[index->base];
    } else {
      break;
    }
  }
  std::vector<Doc> head = {Expr(*base)};
  std::vector<Doc> rest;
  bool has_called = false;
  bool has_comments = false;
  int later_calls = 0;
  for (auto link = links.rbegin(); link != links.rend(); ++link) {
    bool is_call = std::holds_alternative<ast::Call>((*link)->node);
    if (has_called && std::holds_alternative<ast::Field>((*link)->node)) {
      has_comments = has_comments || HasComments();
      rest.push_back(HasComments() ? LineOrBreak() : documents_.SoftLine());
    }
    later_calls += is_call && !rest.empty() ? 1 : 0;
    has_called = has_called || is_call;
    Doc doc = Link(**link);
    (rest.empty() ? head : rest).push_back(doc);
  }
  Doc first = documents_.Concat(head);
  if (later_calls > 1 || has_comments) {
    return documents_.Group(documents_.Concat({first, documents_.Indent(documents_.Concat(rest))}));
  }
  std::erase_if(rest, [this](Doc doc) { return documents_.At(doc.index).kind == DocKind::SoftLine; });
  return documents_.Concat({first, documents_.Concat(rest)});
}

Doc Formatter::Link(const ast::Expr& link) {
  if (std::holds_alternative<ast::Field>(link.node)) {
    return TakeTight(2);
  }
  if (const auto* call = std::get_if<ast::Call>(&link.node)) {
    return Arguments(call->arguments);
  }
  const auto& index = std::get<ast::Index>(link.node);
  bool is_short = std::holds_alternative<ast::IntLiteral>(module_.exprs[index.index].node) ||
                  std::holds_alternative<ast::Name>(module_.exprs[index.index].node);
  return is_short ? TakeTight(3) : Enclosed([&] { return Expr(index.index); });
}

Doc Formatter::Guards(const ast::Guards& guards) {
  std::vector<Doc> parts;
  for (const std::optional<ast::ExprId>& guard : {guards.within, guards.retry, guards.otherwise}) {
    if (guard) {
      parts.push_back(LineOrBreak());
      parts.push_back(Take());
      parts.push_back(documents_.Space());
      parts.push_back(Expr(*guard));
    }
  }
  return documents_.Concat(parts);
}

Formatter::Chain Formatter::BinaryChain(const ast::Expr& expr) {
  const auto& last = std::get<ast::Binary>(expr.node);
  Tightness tightness = TightnessOf(last.op);
  auto chained = [&](ast::ExprId id) {
    const auto* node = std::get_if<ast::Binary>(&module_.exprs[id].node);
    bool belongs = node != nullptr && TightnessOf(node->op) == tightness;
    return belongs ? node : nullptr;
  };
  std::vector<const ast::Binary*> operators = {&last};
  if (tightness != Tightness::Coalesce) {
    while (const ast::Binary* left = chained(operators.back()->left)) {
      operators.push_back(left);
    }
  }
  Chain chain{Expr(operators.back()->left), {}};
  std::vector<Doc> rest;
  for (auto op = operators.rbegin(); op != operators.rend(); ++op) {
    rest.push_back(Operator((*op)->op));
    const ast::Binary* right = *op;
    // `??` groups to the right.
    while (const ast::Binary* next = tightness == Tightness::Coalesce ? chained(right->right) : nullptr) {
      rest.push_back(Expr(next->left));
      rest.push_back(Operator(next->op));
      right = next;
    }
    rest.push_back(Expr(right->right));
  }
  chain.rest = documents_.Concat(rest);
  return chain;
}

/// Lines break after the operators of arithmetic, because `-` may not begin one (G1), and before the others.
Doc Formatter::Operator(ast::BinaryOp op) {
  bool breaks_after = TightnessOf(op) <= Tightness::Sum && !HasComments();
  Doc before = breaks_after ? documents_.Space() : LineOrBreak();
  Doc word = Take();
  Doc after = breaks_after ? LineOrBreak() : documents_.Space();
  return documents_.Concat({before, word, after});
}

}  // namespace plait::format
