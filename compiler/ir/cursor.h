// A place in the text of a graph, and what can be taken from there.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "compiler/base/result.h"
#include "compiler/base/type.h"
#include "compiler/base/value.h"

namespace plait::ir {

/// Reads tokens one by one. Spaces, line breaks and comments from `//` to the end of the line (but not `///`) stand between them.
/// Every failure is `plan-invalid` and its place is `graph:line:column`.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  /// Where the next token or the space before it begins, for `FailAt`.
  [[nodiscard]] size_t position() const { return position_; }
  [[nodiscard]] Error FailAt(size_t position, std::string message) const;
  [[nodiscard]] Error Fail(std::string message) const { return FailAt(position_, std::move(message)); }
  /// "expected X, found Y", at the next token.
  [[nodiscard]] Error Expected(std::string_view what);

  [[nodiscard]] bool AtEnd();
  /// Whether `token` comes next; a word only where it is the whole word.
  [[nodiscard]] bool Sees(std::string_view token);
  /// Takes the token where it comes next.
  bool Take(std::string_view token);
  Result<void> Expect(std::string_view token);

  /// A word of letters, digits, `_` and `.`, or a JSON string.
  Result<std::string> TakeName();
  Result<int64_t> TakeInt();
  Result<Type> TakeType();
  Result<Value> TakeJson();
  /// `%` and the letters, digits and `_` after it, without the `%`.
  Result<std::string> TakeLabel();
  /// What follows `///` on its line, if that comes next, without the space that separates them.
  std::optional<std::string> TakeDocLine();

 private:
  static constexpr int kMaxJsonNesting = 256;

  void SkipSpace();
  [[nodiscard]] std::string_view Word() const;
  Result<std::string> TakeString();
  Result<std::string> TakeEscape();
  Result<uint32_t> TakeHexDigits();
  Result<Value> TakeJson(int depth);
  Result<Value> TakeNumber();
  Result<Value> TakeJsonList(int depth);
  Result<Value> TakeJsonRecord(int depth);

  std::string_view text_;
  size_t position_ = 0;
};

}  // namespace plait::ir
