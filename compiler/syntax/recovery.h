// How the parser reports a fault once and goes on behind it.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/syntax/ast.h"
#include "compiler/syntax/cursor.h"
#include "compiler/syntax/limited_sink.h"
#include "compiler/syntax/parse.h"

namespace plait {

/// Puts a variable back to what it was.
template <class T>
class Scoped {
 public:
  Scoped(T& variable, T value) : variable_(variable), old_(std::exchange(variable, std::move(value))) {}
  ~Scoped() { variable_ = std::move(old_); }
  Scoped(const Scoped&) = delete;
  Scoped& operator=(const Scoped&) = delete;

 private:
  T& variable_;
  T old_;
};

/// What may stand between two items of a list. An arm of a match may begin with `-`, no other item may.
enum class Separator { Comma, CommaOrLine, CommaOrLineOfArms };

class Recovery : public Cursor {
 protected:
  Recovery(const SourceManager& sources, const TokenBuffer& buffer, Sink& sink) : Cursor(sources, buffer), sink_(sink) {}

  // Reports. While the parser recovers, and twice at one place, nothing is reported.
  void Report(Diagnostic diagnostic);
  /// After this the parser recovers until the next item, statement, member or declaration.
  void Fail(Diagnostic diagnostic);
  /// "expected `what`, found …", at the current token or, where that is on a new line, after the one before.
  void FailExpected(std::string_view what);
  /// The same, always at the current token: for what begins a line.
  void FailExpectedHere(std::string_view what);
  /// Its text where that is short and without blanks, else what its kind is called.
  [[nodiscard]] std::string Describe(const Token& token) const;
  /// At a string that the lexer has reported as not closed.
  void FailAtUnclosedString();
  bool Expect(TokenKind kind);
  /// `found`, as other languages spell it, is written `meant`.
  void ReportForeign(const Span& found, std::string_view meant);
  [[nodiscard]] bool is_recovering() const { return is_recovering_; }
  void StopRecovering() { is_recovering_ = false; }
  [[nodiscard]] size_t fault_count() const { return fault_count_; }
  [[nodiscard]] bool has_faults() const { return fault_count_ > 0 || sink_.count() > 0; }
  Sink& sink() { return sink_; }

  // Nesting. Beyond the limit the rest of the declaration is passed over.
  [[nodiscard]] Scoped<int> Deeper() { return {depth_, depth_ + 1}; }
  [[nodiscard]] bool IsTooDeep() const { return depth_ > kMaxNesting; }
  void FailTooDeep() { FailTooDeep(SpanOf(Peek())); }
  void FailTooDeep(const Span& place);

  // Brackets.
  void Open();
  /// At a `{`, or at one that follows on the same line after a fault; false where there is none.
  bool OpenBrace();
  void Close();
  /// Nothing of the innermost bracket can stand here: a closing bracket, a declaration in column 1 or the end of the file.
  [[nodiscard]] bool AtEnd() const;
  /// A closing bracket that no opening one belongs to.
  [[nodiscard]] bool AtStrayCloser() const { return IsCloser(Peek().kind) && !PartnerOf(index()); }
  void StartDeclaration();
  /// A `}` too many that an earlier report explains.
  bool TakeExplainedBrace();

  /// `item` and separators up to the end of the innermost bracket.
  template <class Item>
  void ParseItems(Separator separator, Item item) {
    bool is_missing_reported = false;
    while (!AtEnd()) {
      if (AtForeignLine()) {
        FailUnclosed();
        return;
      }
      uint32_t before = index();
      item();
      is_missing_reported |= FinishItem(separator, is_missing_reported);
      if (is_recovering_) {
        return;
      }
      if (index() == before) {
        Advance();
      }
    }
  }

  /// One token, or all of a pair of brackets.
  void SkipOne();
  /// A bracket or minus that begins a line right after a complete expression (G1).
  [[nodiscard]] bool AtLineStartFault() const;
  void FailLineStart();
  void FailUnclosed();

  // Words.
  /// A reserved word that stands for a name is reported the first time.
  ast::Word ParseName(std::string_view what);
  /// At a reserved word that was declared as a name, where nothing of what it begins otherwise follows.
  [[nodiscard]] bool AtMisusedWord() const;
  ast::Word ParseWord(std::string_view what);
  ast::Path ParsePath(std::string_view what);

 private:
  struct Bracket {
    uint32_t index = 0;
    TokenKind closer = TokenKind::RightParen;
  };

  /// A line begins as statements and members do, and an open bracket is never closed: most likely the innermost was meant to be.
  [[nodiscard]] bool AtForeignLine() const;
  /// At an opening bracket after the closing one of another item of that kind: `]` and then `[` on the next line.
  [[nodiscard]] bool AtSimilarItem() const;
  /// True where a missing separator was found.
  bool FinishItem(Separator separator, bool is_missing_reported);
  void SkipToNextItem(Separator separator);
  [[nodiscard]] bool IsInnermostUnmatched() const { return !PartnerOf(brackets_.back().index); }
  void ReportUnclosed(const Bracket& bracket);

  LimitedSink sink_;
  std::vector<Bracket> brackets_;
  bool is_recovering_ = false;
  /// A string that was not closed may hold brackets, so that missing ones mean nothing.
  bool are_brackets_doubtful_ = false;
  int explained_braces_ = 0;
  /// The opening bracket whose missing closing one has been reported; the next closing one belongs to another.
  uint32_t abandoned_bracket_ = UINT32_MAX;
  int depth_ = 0;
  size_t fault_count_ = 0;
  /// The reserved words that stood where a name was wanted.
  std::set<TokenKind> misused_words_;
  uint32_t last_fault_ = UINT32_MAX;
};

}  // namespace plait
