// The expressions of the grammar, and the statements in braces.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "compiler/syntax/type_parser.h"

namespace plait {

class ExprParser : public TypeParser {
 protected:
  using TypeParser::TypeParser;

  ast::ExprId ParseExpr();
  ast::ExprId ParseErrorExpr();
  std::vector<ast::Argument> ParseArguments();
  /// After `let` or a word of another language that means it.
  ast::Let ParseLet();
  /// The value of a string token.
  std::string ParseString();

  /// A body ends with `return` and an expression, the block of a branch with the expression alone.
  enum class BlockForm { Body, Branch };
  ast::Block ParseBlock(BlockForm form);

 private:
  /// In which head the parser stands; there, outside brackets, a `{` opens the block (G2).
  enum class Head { None, Condition, Match };
  /// What has been seen of the statements in one pair of braces.
  struct Statements {
    BlockForm form = BlockForm::Body;
    ast::Block block;
    bool has_value = false;
    /// No more is said about what stands after the value.
    bool is_excess_explained = false;
    size_t faults_before = 0;
  };

  // Nodes (parse_expr.cpp).
  template <class Node>
  ast::ExprId AddExpr(uint32_t first, Node node) {
    return AddChecked({SpanFrom(first), std::move(node)});
  }
  ast::ExprId AddChecked(ast::Expr expr);
  ast::ExprId AddIf(uint32_t first, ast::ExprId condition, ast::ExprId then_value, ast::ExprId else_value);

  // Operators (parse_expr.cpp).
  [[nodiscard]] bool AtOperator(TokenKind kind) const;
  ast::ExprId ParseGuarded();
  std::optional<ast::Guards> ParseGuards();
  void ParseGuard(ast::Guards& guards);
  ast::ExprId ParseForeignTernary(uint32_t first, ast::ExprId left);
  ast::ExprId ParseOr();
  ast::ExprId ParseAnd();
  ast::ExprId ParseNot();
  ast::ExprId ParseCompare();
  [[nodiscard]] std::optional<ast::BinaryOp> ComparisonHere() const;
  ast::BinaryOp TakeComparison(bool& is_negated);
  void ReportChain(const Span& first_op, const Span& middle, const Span& second_op);
  ast::ExprId ParseCoalesce();
  ast::ExprId ParseSum();
  ast::ExprId ParseProduct();
  ast::ExprId ParseUnary();
  ast::ExprId ParseMisplacedNot();
  ast::ExprId ParseCast();

  // Primaries and what follows them (parse_primary.cpp).
  ast::ExprId ParsePostfix();
  ast::ExprId ParseField(uint32_t first, ast::ExprId base);
  ast::ExprId ParseIndex(uint32_t first, ast::ExprId base);
  [[nodiscard]] std::optional<ast::Path> DottedPath(ast::ExprId expr) const;
  [[nodiscard]] bool BraceContinues(uint32_t first);
  [[nodiscard]] bool AtFields() const;
  ast::ExprId ParseBrace(uint32_t first, std::optional<ast::Path> type);
  ast::ExprId ParsePrimary();
  void SkipForeignFunction();
  ast::ExprId ParseNameExpr();
  ast::ExprId ParseSelector();
  ast::ExprId ParseParenthesized();
  ast::ExprId ParseList();
  ast::ForClause ParseFor();
  ast::Argument ParseArgument();

  // Literals (parse_literals.cpp).
  ast::ExprId ParseInt();
  ast::ExprId ParseFloat();
  ast::ExprId ParseUnit();
  ast::ExprId ParseStringExpr();
  ast::ExprId ParseFormatString();
  ast::ExprId ParseHole();

  // Branches and loops (parse_control.cpp).
  ast::ExprId ParseHead(Head head);
  ast::ExprId ParseIf();
  ast::Block ParseElse(uint32_t first, size_t faults_before);
  ast::ExprId ParseMatch();
  ast::Arm ParseArm();
  ast::Pattern ParsePattern();
  ast::ExprId ParseRepeat();
  void SkipLoop();

  // Statements (parse_statement.cpp).
  void ParseStatement(Statements& statements);
  void ParseReturn(Statements& statements);
  void ParseValue(Statements& statements);
  void ReportExcess(Statements& statements);
  bool ParseForeignStatement(Statements& statements);
  void ParseForeignLoop(Statements& statements);
  void FinishStatement(BlockForm form);
  void FinishStatements(Statements& statements);

  Head head_ = Head::None;
  /// The one token where a selector may stand: the first of an argument's value.
  uint32_t selector_index_ = UINT32_MAX;
  bool is_after_otherwise_ = false;
  /// A `return` in a branch of the current statement has been reported.
  bool is_branch_return_reported_ = false;
  /// The height of each expression of the module, by index.
  std::vector<uint16_t> heights_;
};

}  // namespace plait
