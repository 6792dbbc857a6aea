// From tree and tokens to text.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/format/document.h"
#include "compiler/format/pieces.h"
#include "compiler/syntax/ast.h"

namespace plait::format {

/// Walks the tree and takes the tokens in their order, so that none is lost, each with the comments around it. Only commas come and go.
/// The tree has no errors and is that of the tokens.
class Formatter {
 public:
  Formatter(const SourceManager& sources, const TokenBuffer& tokens, const ast::Module& module, uint32_t width);

  std::string Run() &&;

 private:
  /// How a list in brackets looks on one line, and on several.
  enum class ListStyle {
    Commas,     // `(a, b)`; over lines with commas
    Lines,      // `{ a, b }`; over lines without commas
    KeptLines,  // the same; over lines also where the source has a line break after the opening bracket
  };
  /// Operands of operators that are equally tight. Lines may break in `rest`.
  struct Chain {
    Doc first;
    Doc rest;
  };
  /// What has been written at one level of the file: declarations, or the members of a service.
  struct Level {
    uint32_t indent = 0;
    std::string text;
    /// The last item is spaced and takes several lines.
    bool is_last_tall = false;
  };

  // Tokens and comments (formatter_tokens.cpp).
  [[nodiscard]] const Piece& Peek(uint32_t ahead = 0) const { return pieces_.pieces[index_ + ahead]; }
  [[nodiscard]] bool At(TokenKind kind) const { return Peek().kind == kind; }
  /// Comments stand between the token before and the next one.
  [[nodiscard]] bool HasComments() const { return is_fresh_wanted_ || HasCommentLines(); }
  /// The same, but not only at the end of the line of the token before.
  [[nodiscard]] bool HasCommentLines() const;
  /// An empty line stands between the token before and what comes next, a comment or a token.
  [[nodiscard]] bool IsBlankNext() const;
  /// The comments that have lines of their own before the next token; they are not taken with it then.
  std::vector<CommentLine> ClaimComments();
  Doc TakeComments();
  /// The same, with the empty line that may stand between the last of them and the next token.
  Doc TakeItemComments();
  /// The next token with all comments around it.
  Doc Take();
  Doc Take(TokenKind kind);
  /// `count` tokens without blanks between them.
  Doc TakeTight(size_t count);
  /// The tokens up to an offset of the source as they stand there.
  Doc TakeVerbatim(uint32_t end);
  Doc TakeText(std::string_view text, const Piece& piece);
  Doc TakePath(const ast::Path& path) { return TakeTight(2 * path.words.size() - 1); }
  /// `>`, which may be the first half of `>=`.
  Doc TakeGreater();
  /// Passes over a comma, if one stands there, but not over its comments.
  Doc SkipComma(ListStyle style);
  /// A blank; a line break where comments stand there.
  Doc SpaceOrBreak();
  Doc LineOrBreak();

  // Lists (formatter_lists.cpp).
  /// From the opening bracket to the closing one; `item` makes the document of the next item. Its lines belong to the group around it.
  template <class Item>
  Doc OpenList(ListStyle style, TokenKind closer, Item item);
  template <class Item>
  Doc List(ListStyle style, TokenKind closer, Item item) {
    return documents_.Group(OpenList(style, closer, item));
  }
  Doc StartItem(ListStyle style, bool is_first);
  Doc FinishList(ListStyle style, Doc opener, std::vector<Doc>& inner, bool is_empty);
  /// Brackets around one thing, without a comma.
  template <class Inner>
  Doc Enclosed(Inner inner);
  /// `{`, then each item on a line of its own, then `}`; `{}` where there is none.
  template <class Item>
  Doc Braces(Item item);

  // Types (formatter_types.cpp).
  Doc Type(ast::TypeId id);
  Doc TypeNode(const ast::Type& type);
  Doc TensorType(const ast::TensorType& type);
  Doc UnionType(const ast::UnionType& type);
  /// `: T` where there is one.
  Doc Annotation(const std::optional<ast::TypeId>& type);

  // Expressions (formatter_expressions.cpp).
  Doc Expr(ast::ExprId id) { return Expr(module_.exprs[id]); }
  Doc Expr(const ast::Expr& expr);
  /// The value behind `=`, `:` or `=>`, with what is between.
  Doc Assigned(ast::ExprId id);
  /// The default of a parameter or field, where there is one.
  Doc Default(const std::optional<ast::ExprId>& value);
  template <class Leaf>
  Doc Node(const ast::Expr& expr, const Leaf& leaf);
  Doc Node(const ast::Expr& expr, const ast::FormatString& node);
  Doc Node(const ast::Expr& expr, const ast::Parenthesized& node);
  Doc Node(const ast::Expr& expr, const ast::List& node);
  Doc Node(const ast::Expr& expr, const ast::Comprehension& node);
  Doc Node(const ast::Expr& expr, const ast::Brace& node);
  Doc Node(const ast::Expr& expr, const ast::If& node);
  Doc Node(const ast::Expr& expr, const ast::Match& node);
  Doc Node(const ast::Expr& expr, const ast::Repeat& node);
  Doc Node(const ast::Expr& expr, const ast::Field& node);
  Doc Node(const ast::Expr& expr, const ast::Call& node);
  Doc Node(const ast::Expr& expr, const ast::Index& node);
  Doc Node(const ast::Expr& expr, const ast::Unary& node);
  Doc Node(const ast::Expr& expr, const ast::Binary& node);
  Doc Node(const ast::Expr& expr, const ast::Cast& node);
  Doc Node(const ast::Expr& expr, const ast::Guarded& node);
  Doc Node(const ast::Expr& expr, const ast::Pipe& node);
  Doc ForClause(const ast::ForClause& clause);

  // Calls and operators (formatter_operators.cpp).
  /// A list, a record or a text of several lines: in a call of its own it needs no further indentation.
  [[nodiscard]] bool IsBracketed(ast::ExprId id) const;
  /// No comment stands behind the opening bracket that comes next.
  [[nodiscard]] bool IsOpenerBare() const;
  Doc Arguments(const std::vector<ast::Argument>& arguments);
  Doc Argument(const ast::Argument& argument);
  /// What follows a primary: fields, calls, indices.
  Doc Postfix(const ast::Expr& expr);
  Doc Link(const ast::Expr& link);
  Doc Guards(const ast::Guards& guards);
  Chain BinaryChain(const ast::Expr& expr);
  Doc Operator(ast::BinaryOp op);

  // Blocks (formatter_control.cpp).
  /// The expression between a word and its `{`, with what is between.
  Doc Head(ast::ExprId condition);
  Doc IfChain(const ast::If& node);
  /// Its lines belong to the group around it.
  Doc Block(const ast::Block& block);
  Doc Let(const ast::Let& let);
  Doc Arm(const ast::Arm& arm);
  Doc Pattern(const ast::Pattern& pattern);

  // Declarations (formatter_declarations.cpp) and members (formatter_members.cpp).
  Doc Declaration(const ast::Import& node);
  Doc Declaration(const ast::Const& node);
  Doc Declaration(const ast::Record& node);
  Doc Declaration(const ast::Enum& node);
  Doc Declaration(const ast::Task& node);
  Doc Declaration(const ast::Function& node);
  Doc Declaration(const ast::ServiceInstance& node);
  Doc Declaration(const ast::Test& node);
  Doc Step(const ast::Let& step) { return Let(step); }
  Doc Step(const ast::Given& step);
  Doc Step(const ast::Expect& step);
  Doc Signature(const ast::Signature& signature);
  Doc ParamsAndResult(const std::vector<ast::Param>& params, ast::TypeId result);
  /// Its lines belong to the group around it.
  Doc Params(const std::vector<ast::Param>& params);
  Doc ServiceHeader(const ast::Service& node);
  Doc Member(const ast::Settings& node);
  Doc Member(const ast::Model& node);
  Doc Member(const ast::Uses& node);
  Doc Member(const ast::Api& node) { return Declaration(node.function); }
  Doc Member(const ast::Function& node) { return Declaration(node); }
  Doc Config(const ast::Config& config);
  Doc ConfigEntry(const ast::ConfigEntry& entry);

  // The file (formatter.cpp).
  /// Comments and an item. An empty line stands on both sides of one that is spaced and takes several lines.
  template <class Item>
  void AddItem(Level& level, bool is_spaced, Item item);
  std::string DeclarationText(const ast::Decl& decl);
  std::string ServiceText(const ast::Service& node);
  std::string Rendered(Doc doc, uint32_t indent);

  std::string_view text_;
  const ast::Module& module_;
  Pieces pieces_;
  uint32_t width_;
  uint32_t index_ = 0;
  /// The token whose comments have been taken.
  uint32_t claimed_ = UINT32_MAX;
  /// Comments around a comma that go before the next token.
  std::vector<CommentLine> moved_comments_;
  /// The token before has a comment behind it, so that the next one cannot stand on its line.
  bool is_fresh_wanted_ = false;
  /// Texts that differ from the source.
  std::deque<std::string> own_texts_;
  Documents documents_;
};

template <class Item>
Doc Formatter::OpenList(ListStyle style, TokenKind closer, Item item) {
  Doc opener = Take();
  std::vector<Doc> inner;
  if (style == ListStyle::KeptLines && !At(closer) && Peek().starts_line) {
    inner.push_back(documents_.ForceBreak());
  }
  bool is_first = true;
  for (; !At(closer); is_first = false) {
    inner.push_back(StartItem(style, is_first));
    inner.push_back(item());
    inner.push_back(SkipComma(style));
  }
  return FinishList(style, opener, inner, is_first);
}

template <class Inner>
Doc Formatter::Enclosed(Inner inner) {
  Doc opener = Take();
  Doc line = documents_.SoftLine();
  Doc before = TakeComments();
  Doc content = inner();
  Doc after = TakeComments();
  Doc indented = documents_.Indent(documents_.Concat({line, before, content, after}));
  return documents_.Group(documents_.Concat({opener, indented, line, Take()}));
}

template <class Item>
Doc Formatter::Braces(Item item) {
  Doc opener = Take(TokenKind::LeftBrace);
  std::vector<Doc> inner;
  while (!At(TokenKind::RightBrace)) {
    inner.push_back(documents_.HardLine(!inner.empty() && IsBlankNext()));
    inner.push_back(TakeItemComments());
    inner.push_back(item());
  }
  bool is_empty = inner.empty();
  return FinishList(ListStyle::Lines, opener, inner, is_empty);
}

}  // namespace plait::format
