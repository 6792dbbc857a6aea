// The cases that a matched value can be of, and which of them arms have taken.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "compiler/base/type.h"
#include "compiler/base/value.h"

namespace plait::sema {

class MatchCases {
 public:
  /// What a pattern matches: whole cases, by the names that messages show, or one value of an open case.
  struct Covered {
    bool is_everything = false;
    std::vector<std::string> cases;
    /// The case that the value belongs to, and the value.
    std::optional<std::pair<std::string, std::string>> value;
  };

  MatchCases(const TypeTable& types, const Type& matched);

  static Covered Everything() { return {true, {}, std::nullopt}; }
  /// The cases of `matched` whose values are all of type `tested`.
  static Covered OfType(const TypeTable& types, const Type& matched, const Type& tested);
  static Covered OfValue(const TypeTable& types, const Type& member, const Value& value);

  /// The members of a union, without null; the type itself where it is none.
  static std::vector<Type> Members(const Type& type);
  /// The member that a literal of type `literal` can be equal to; null's is null.
  static std::optional<Type> MemberFor(const Type& matched, const Type& literal);

  /// Notes an arm's pattern; a conditional arm takes nothing for good. False where earlier arms had taken all of it.
  bool Take(const Covered& covered, bool for_good);
  /// A faulty pattern may have meant any case: from here on nothing is missing and nothing is in vain.
  void TakeUnknown();
  /// The cases that are left, as messages show them.
  [[nodiscard]] std::vector<std::string> Missing() const { return open_; }

 private:
  [[nodiscard]] bool IsOpen(const std::string& name) const;

  std::vector<std::string> open_;
  bool is_known_ = true;
  std::set<std::pair<std::string, std::string>> values_;
};

}  // namespace plait::sema
