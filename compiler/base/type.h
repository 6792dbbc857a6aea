// The types of the language as values. Both halves speak of them: the compiler checks with them, the runtime checks requests.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/value.h"

namespace plait {

enum class TypeKind : uint8_t {
  Error,  // something was wrong; silences what follows
  Never,  // the item type of `[]`
  Null,   // the type of `null`
  Bool,
  Int,
  Float,
  String,
  Json,
  List,       // item
  Optional,   // item
  Record,     // name; its fields stand in a RecordTable
  Anonymous,  // fields, in order
};

/// Immutable; copies share. `==` is structural; named records are equal by name.
class Type {
 public:
  struct Field;

  Type() : Type(TypeKind::Error) {}
  static Type Of(TypeKind simple) { return Type(simple); }
  static Type List(Type item);
  static Type Optional(Type item);
  /// `name` is qualified by its module, `text.Label`; names of the file that is compiled are bare.
  static Type Record(std::string name);
  static Type Anonymous(std::vector<Field> fields);

  [[nodiscard]] TypeKind kind() const { return kind_; }
  [[nodiscard]] bool Is(TypeKind kind) const { return kind_ == kind; }
  [[nodiscard]] bool is_error() const { return kind_ == TypeKind::Error; }
  [[nodiscard]] bool is_number() const { return kind_ == TypeKind::Int || kind_ == TypeKind::Float; }
  /// The item of a list or an optional.
  [[nodiscard]] const Type& item() const;
  [[nodiscard]] const std::string& name() const;
  [[nodiscard]] const std::vector<Field>& fields() const;

  /// As the language spells it: `[text.Label]`, `int?`, `{ a: int, b: [float] }`.
  [[nodiscard]] std::string ToString() const;

  bool operator==(const Type& other) const;

 private:
  struct Node;
  explicit Type(TypeKind kind) : kind_(kind) {}
  Type(TypeKind kind, std::shared_ptr<const Node> node) : kind_(kind), node_(std::move(node)) {}

  TypeKind kind_;
  std::shared_ptr<const Node> node_;
};

struct Type::Field {
  std::string name;
  Type type;

  bool operator==(const Field&) const = default;
};

/// One field of a named record.
struct RecordField {
  std::string name;
  Type type;
  std::optional<Value> default_value;

  bool operator==(const RecordField&) const = default;
};

/// Named records by qualified name.
using RecordTable = std::map<std::string, std::vector<RecordField>>;

/// Reads what `ToString` writes; nothing where the text is no type.
std::optional<Type> ParseType(std::string_view text);

/// A type and how many bytes of text spell it.
struct TypePrefix {
  Type type;
  size_t length = 0;
};

/// Reads the type that a text begins with; nothing where it begins with none.
std::optional<TypePrefix> ParseTypePrefix(std::string_view text);

}  // namespace plait
