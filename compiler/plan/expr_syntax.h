// What the writer and the reader of expressions must agree on.
#pragma once

#include <algorithm>
#include <string_view>

#include "compiler/base/operations.h"

namespace plait::plan {

/// Expressions and stages that nest deeper are refused, so that no reader of a plan can run out of stack.
inline constexpr int kMaxDepth = 256;

inline constexpr std::string_view kCast = "cast";
inline constexpr std::string_view kIs = "is";

enum class OperationForm { Prefix, Infix, Subscript, Function };

inline OperationForm FormOf(Operation operation) {
  if (operation == Operation::Negate || operation == Operation::Not) {
    return OperationForm::Prefix;
  }
  if (operation == Operation::Index) {
    return OperationForm::Subscript;
  }
  std::string_view spelling = OperationSpelling(operation);
  bool is_word = spelling.front() >= 'a' && spelling.front() <= 'z' && operation != Operation::In;
  return is_word ? OperationForm::Function : OperationForm::Infix;
}

inline bool IsNameStart(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
inline bool IsNamePart(char c) { return IsNameStart(c) || (c >= '0' && c <= '9'); }
/// Whether a field may stand without quotes.
inline bool IsName(std::string_view text) {
  return !text.empty() && IsNameStart(text.front()) && std::all_of(text.begin(), text.end(), IsNamePart);
}

}  // namespace plait::plan
