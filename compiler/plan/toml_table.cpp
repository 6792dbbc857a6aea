#include "compiler/plan/toml_table.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "compiler/base/nearest.h"

namespace plait::plan {
namespace {

Position PositionOf(const toml::node& node) { return {node.source().begin.line, node.source().begin.column}; }

std::string_view DescribeType(const toml::node& node) {
  switch (node.type()) {
    case toml::node_type::table:
      return "a table";
    case toml::node_type::array:
      return "an array";
    case toml::node_type::string:
      return "a string";
    case toml::node_type::integer:
      return "an integer";
    case toml::node_type::floating_point:
      return "a float";
    case toml::node_type::boolean:
      return "a boolean";
    default:
      return "a date or time";
  }
}

}  // namespace

void TomlErrors::Fail(Position position, std::string message, FailureKind kind) {
  if (first_) {
    return;
  }
  std::string place = position.line == 0 ? name_ : fmt::format("{}:{}:{}", name_, position.line, position.column);
  first_ = Error{kind, std::move(message), std::move(place), {}};
}

TomlTable::TomlTable(const toml::table& table, TomlErrors& errors) : table_(&table), errors_(&errors) {}

Position TomlTable::position() const { return PositionOf(*table_); }

bool TomlTable::Has(std::string_view key) const { return table_->contains(key); }

const toml::node* TomlTable::Find(std::string_view key) {
  known_.emplace_back(key);
  return table_->get(key);
}

const toml::node* TomlTable::Want(std::string_view key) {
  const toml::node* node = Find(key);
  if (node == nullptr) {
    errors_->Fail(position(), fmt::format("the key `{}` is missing", key));
  }
  return node;
}

void TomlTable::WrongType(std::string_view key, const toml::node& node, std::string_view expected) {
  errors_->Fail(PositionOf(node), fmt::format("`{}` is {}, expected {}", key, DescribeType(node), expected));
}

std::optional<int64_t> TomlTable::OptionalInt(std::string_view key, int64_t least, int64_t most) {
  const toml::node* node = Find(key);
  if (node == nullptr) {
    return std::nullopt;
  }
  if (!node->is_integer()) {
    WrongType(key, *node, "an integer");
    return std::nullopt;
  }
  int64_t number = **node->as_integer();
  if (number < least || number > most) {
    errors_->Fail(PositionOf(*node), fmt::format("`{}` is {}, expected an integer from {} to {}", key, number, least, most));
    return std::nullopt;
  }
  return number;
}

int64_t TomlTable::Int(std::string_view key, int64_t least, int64_t most) {
  if (!Has(key)) {
    Want(key);
    return least;
  }
  return OptionalInt(key, least, most).value_or(least);
}

std::optional<uint32_t> TomlTable::OptionalId(std::string_view key) {
  std::optional<int64_t> number = OptionalInt(key, 0, UINT32_MAX);
  return number ? std::optional(static_cast<uint32_t>(*number)) : std::nullopt;
}

uint32_t TomlTable::Id(std::string_view key) { return static_cast<uint32_t>(Int(key, 0, UINT32_MAX)); }

bool TomlTable::OptionalBool(std::string_view key) {
  const toml::node* node = Find(key);
  if (node != nullptr && !node->is_boolean()) {
    WrongType(key, *node, "true or false");
  }
  return node != nullptr && node->is_boolean() && **node->as_boolean();
}

double TomlTable::OptionalFloat(std::string_view key) {
  const toml::node* node = Find(key);
  if (node == nullptr) {
    return 0;
  }
  if (node->is_integer()) {
    return static_cast<double>(**node->as_integer());
  }
  if (!node->is_floating_point()) {
    WrongType(key, *node, "a number");
    return 0;
  }
  return **node->as_floating_point();
}

std::string TomlTable::String(std::string_view key) {
  if (!Has(key)) {
    Want(key);
    return "";
  }
  return OptionalString(key);
}

std::string TomlTable::OptionalString(std::string_view key) {
  const toml::node* node = Find(key);
  if (node == nullptr) {
    return "";
  }
  if (!node->is_string()) {
    WrongType(key, *node, "a string");
    return "";
  }
  return **node->as_string();
}

Expr TomlTable::ParseText(std::string_view key, const toml::node& node, std::string_view text) {
  Result<Expr> expr = ParseExpr(text);
  if (!expr) {
    errors_->Fail(PositionOf(node), fmt::format("`{}`: {}", key, expr.error().message));
    return {};
  }
  return *std::move(expr);
}

std::optional<Expr> TomlTable::OptionalExpression(std::string_view key) {
  const toml::node* node = Find(key);
  if (node == nullptr) {
    return std::nullopt;
  }
  if (!node->is_string()) {
    WrongType(key, *node, "an expression in quotes");
    return std::nullopt;
  }
  return ParseText(key, *node, **node->as_string());
}

Expr TomlTable::Expression(std::string_view key) {
  std::optional<Expr> expr = OptionalExpression(key);
  if (!expr) {
    Want(key);
    return {};
  }
  return *std::move(expr);
}

std::optional<Value> TomlTable::OptionalConstant(std::string_view key) {
  std::optional<Expr> expr = OptionalExpression(key);
  if (!expr) {
    return std::nullopt;
  }
  if (expr->kind != Expr::Kind::Constant) {
    errors_->Fail(PositionOf(*table_->get(key)), fmt::format("`{}` is no constant", key));
  }
  return std::move(expr->constant);
}

Type TomlTable::TypeOf(std::string_view key) {
  const toml::node* node = Want(key);
  if (node == nullptr || !node->is_string()) {
    if (node != nullptr) {
      WrongType(key, *node, "a type in quotes");
    }
    return {};
  }
  std::optional<Type> type = ParseType(**node->as_string());
  if (!type) {
    errors_->Fail(PositionOf(*node), fmt::format("`{}` is `{}`, which is no type", key, **node->as_string()));
    return {};
  }
  return *std::move(type);
}

std::vector<uint32_t> TomlTable::OptionalIds(std::string_view key) {
  const toml::node* node = Find(key);
  std::vector<uint32_t> ids;
  if (node == nullptr) {
    return ids;
  }
  if (!node->is_array()) {
    WrongType(key, *node, "an array of integers");
    return ids;
  }
  for (const toml::node& item : *node->as_array()) {
    if (!item.is_integer() || **item.as_integer() < 0 || **item.as_integer() > UINT32_MAX) {
      errors_->Fail(PositionOf(item), fmt::format("`{}` holds something else than integers from 0 on", key));
      return ids;
    }
    ids.push_back(static_cast<uint32_t>(**item.as_integer()));
  }
  return ids;
}

std::vector<std::string> TomlTable::OptionalStrings(std::string_view key) {
  const toml::node* node = Find(key);
  std::vector<std::string> strings;
  if (node == nullptr) {
    return strings;
  }
  if (!node->is_array()) {
    WrongType(key, *node, "an array of strings");
    return strings;
  }
  for (const toml::node& item : *node->as_array()) {
    if (!item.is_string()) {
      WrongType(key, item, "strings only");
      return strings;
    }
    strings.push_back(**item.as_string());
  }
  return strings;
}

std::vector<Assignment> TomlTable::Assignments(std::string_view key) {
  std::vector<Assignment> assignments;
  for (const std::string& text : OptionalStrings(key)) {
    const toml::node& node = (*table_->get(key)->as_array())[assignments.size()];
    Assignment assignment;
    const char* end = text.data() + text.size();
    auto [after, error] = std::from_chars(text.data() + (text.starts_with('%') ? 1 : 0), end, assignment.target);
    if (!text.starts_with('%') || error != std::errc() || !std::string_view(after, end).starts_with(" = ")) {
      errors_->Fail(PositionOf(node), fmt::format("`{}` holds `{}`, expected `%3 = expression`", key, text));
      return assignments;
    }
    assignment.value = ParseText(key, node, std::string_view(after + 3, end));
    assignments.push_back(std::move(assignment));
  }
  return assignments;
}

std::vector<Argument> TomlTable::OptionalArguments(std::string_view key) {
  const toml::node* node = Find(key);
  std::vector<Argument> arguments;
  if (node == nullptr) {
    return arguments;
  }
  if (!node->is_table()) {
    WrongType(key, *node, "a table of expressions in quotes");
    return arguments;
  }
  std::vector<std::pair<std::string_view, const toml::node*>> items;
  for (const auto& [name, item] : *node->as_table()) {
    items.emplace_back(name.str(), &item);
  }
  // The parsed table is sorted by name; the order that counts is the one of the text.
  std::sort(items.begin(), items.end(), [](const auto& a, const auto& b) { return a.second->source().begin < b.second->source().begin; });
  for (const auto& [name, item] : items) {
    if (!item->is_string()) {
      WrongType(name, *item, "an expression in quotes");
      return arguments;
    }
    arguments.push_back({std::string(name), ParseText(name, *item, **item->as_string())});
  }
  return arguments;
}

std::vector<TomlTable> TomlTable::OptionalTables(std::string_view key) {
  const toml::node* node = Find(key);
  std::vector<TomlTable> tables;
  if (node == nullptr) {
    return tables;
  }
  if (!node->is_array()) {
    WrongType(key, *node, "an array of tables");
    return tables;
  }
  for (const toml::node& item : *node->as_array()) {
    if (!item.is_table()) {
      WrongType(key, item, "tables only");
      return tables;
    }
    tables.emplace_back(*item.as_table(), *errors_);
  }
  return tables;
}

std::optional<TomlTable> TomlTable::OptionalSingleTable(std::string_view key) {
  const toml::node* node = Find(key);
  if (node == nullptr) {
    return std::nullopt;
  }
  if (!node->is_table()) {
    WrongType(key, *node, "a table");
    return std::nullopt;
  }
  return TomlTable(*node->as_table(), *errors_);
}

void TomlTable::Finish() {
  // The one that stands first in the text is named, not the first of the alphabet.
  const toml::key* unknown = nullptr;
  for (const auto& [key, node] : *table_) {
    bool is_known = std::find(known_.begin(), known_.end(), key.str()) != known_.end();
    if (!is_known && (unknown == nullptr || key.source().begin < unknown->source().begin)) {
      unknown = &key;
    }
  }
  if (unknown == nullptr) {
    return;
  }
  std::optional<std::string> nearest = Nearest(unknown->str(), known_);
  std::string hint = nearest ? fmt::format("; did you mean `{}`?", *nearest) : "";
  errors_->Fail({unknown->source().begin.line, unknown->source().begin.column},
                fmt::format("the key `{}` is unknown{}", unknown->str(), hint));
}

}  // namespace plait::plan
