// A TOML table as a strict reader sees it: every key is asked for by name and type, and what nobody asked for is refused.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "compiler/plan/plan.h"

namespace toml {
inline namespace v3 {
class node;
class table;
}  // namespace v3
}  // namespace toml

namespace plait::plan {

/// A 1-based line and column of the file; 0 where it is not known.
struct Position {
  uint32_t line = 0;
  uint32_t column = 0;
};

/// Keeps the first error, so that reading can go on in straight lines and asks once at the end.
class TomlErrors {
 public:
  explicit TomlErrors(std::string_view name) : name_(name) {}

  void Fail(Position position, std::string message, FailureKind kind = FailureKind::PlanInvalid);
  [[nodiscard]] const std::optional<Error>& first() const { return first_; }

 private:
  std::string name_;
  std::optional<Error> first_;
};

/// One table. Getters of what is missing or of another type note the error and give an empty value; the `Optional` ones allow it to be
/// missing.
class TomlTable {
 public:
  TomlTable(const toml::table& table, TomlErrors& errors);

  [[nodiscard]] Position position() const;
  [[nodiscard]] bool Has(std::string_view key) const;

  int64_t Int(std::string_view key, int64_t least, int64_t most);
  std::optional<int64_t> OptionalInt(std::string_view key, int64_t least, int64_t most);
  std::optional<uint32_t> OptionalId(std::string_view key);
  uint32_t Id(std::string_view key);
  double OptionalFloat(std::string_view key);
  bool OptionalBool(std::string_view key);
  std::string String(std::string_view key);
  std::string OptionalString(std::string_view key);
  Expr Expression(std::string_view key);
  std::optional<Expr> OptionalExpression(std::string_view key);
  /// A constant expression.
  std::optional<Value> OptionalConstant(std::string_view key);
  Type TypeOf(std::string_view key);

  std::vector<uint32_t> OptionalIds(std::string_view key);
  std::vector<std::string> OptionalStrings(std::string_view key);
  /// `["%3 = …"]`.
  std::vector<Assignment> Assignments(std::string_view key);
  /// `{ name = "expression" }` in the order of the text.
  std::vector<Argument> OptionalArguments(std::string_view key);
  /// An array of tables.
  std::vector<TomlTable> OptionalTables(std::string_view key);
  std::optional<TomlTable> OptionalSingleTable(std::string_view key);

  /// Refuses the keys that were not asked for.
  void Finish();

 private:
  const toml::node* Find(std::string_view key);
  const toml::node* Want(std::string_view key);
  void WrongType(std::string_view key, const toml::node& node, std::string_view expected);
  Expr ParseText(std::string_view key, const toml::node& node, std::string_view text);

  const toml::table* table_;
  TomlErrors* errors_;
  std::vector<std::string> known_;
};

}  // namespace plait::plan
