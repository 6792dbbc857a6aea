// The words, numbers and strings of an expression's text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "compiler/base/result.h"
#include "compiler/base/type.h"
#include "compiler/base/value.h"

namespace plait::plan {

/// A place in a text that moves forward over what is taken. Blanks between tokens count for nothing.
class ExprScanner {
 public:
  explicit ExprScanner(std::string_view text) : text_(text) {}

  /// An error at the place, and one that says what stands there in place of `what`.
  [[nodiscard]] Error Fail(std::string_view message) const;
  [[nodiscard]] Error Expected(std::string_view what) const;

  [[nodiscard]] bool IsAtEnd();
  /// The next character that is no blank; `\0` at the end.
  [[nodiscard]] char Peek();
  /// Whether a digit stands right behind the next character.
  [[nodiscard]] bool DigitFollows();
  bool Take(char c);
  /// A word or sign, and not the beginning of a longer word.
  bool TakeToken(std::string_view token);
  /// Whether exactly this text comes next.
  bool Sees(std::string_view text);
  Result<void> Want(char c);
  /// Where a comma is the last thing before a closing bracket, it is seen but stays.
  bool TakeSeparator();

  /// A field's name, bare or in quotes.
  Result<std::string> ReadName();
  /// Needs a quote at the place.
  Result<std::string> ReadString();
  /// An int, or a float where it has a point or an exponent.
  Result<Value> ReadNumber();
  /// A type, as the language spells it.
  Result<Type> ReadType();
  /// What stands behind a value's `%`.
  Result<uint32_t> ReadValueNumber();

 private:
  void SkipSpace();
  Result<std::string> ReadEscape();
  std::optional<uint32_t> ReadUnit();

  std::string_view text_;
  size_t position_ = 0;
};

}  // namespace plait::plan
