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
  Bytes,
  Json,
  List,       // item
  Optional,   // item
  Map,        // item; keys are strings
  Stream,     // item; values that come one by one
  Record,     // name; its fields stand in a TypeTable
  Anonymous,  // fields, in order
  Enum,       // name; its variants stand in a TypeTable. A value is the variant's wire label, a string
  Tensor,     // element type and dimensions
  Union,      // members, at least two; a value is one of theirs, as it is
  Variable,   // name; stands for any type in the signature of a function of the standard library
};

/// The dimension of a tensor's type that stands for any size.
inline constexpr std::string_view kAnyDim = "_";

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
  static Type Map(Type item);
  static Type Stream(Type item);
  /// Named as records are.
  static Type Enum(std::string name);
  static Type Variable(std::string name);
  /// `element` is an element type's name, in a signature of the standard library also a variable's. Each of `dims`, of which there is at
  /// least one, is a size in digits, the name of a variable, or `_` for any size.
  static Type Tensor(std::string element, std::vector<std::string> dims);
  /// Unions among the members give theirs, equal ones count once, and null or an optional among them makes the whole optional. One member
  /// alone is that member.
  static Type Union(const std::vector<Type>& members);

  [[nodiscard]] TypeKind kind() const { return kind_; }
  [[nodiscard]] bool Is(TypeKind kind) const { return kind_ == kind; }
  [[nodiscard]] bool is_error() const { return kind_ == TypeKind::Error; }
  [[nodiscard]] bool is_number() const { return kind_ == TypeKind::Int || kind_ == TypeKind::Float; }
  /// A record, named or anonymous.
  [[nodiscard]] bool is_record() const { return kind_ == TypeKind::Record || kind_ == TypeKind::Anonymous; }
  /// The item of a list, an optional, a map or a stream.
  [[nodiscard]] const Type& item() const;
  [[nodiscard]] const std::string& name() const;
  [[nodiscard]] const std::vector<Field>& fields() const;
  /// Of a tensor.
  [[nodiscard]] const std::vector<std::string>& dims() const;
  /// The size of a tensor's dimension, where the type states one.
  [[nodiscard]] std::optional<int64_t> FixedDim(size_t index) const;
  /// Of a tensor whose element type is no variable; its name is `name()`.
  [[nodiscard]] TensorElement element() const;
  /// Of a union: the types of fields without names.
  [[nodiscard]] const std::vector<Field>& members() const { return fields(); }

  /// As the language spells it: `[text.Label]`, `int?`, `{ a: int, b: [float] }`, `float | string`; `tensor<f32>[b, 3]`;
  /// an enum as `enum Verdict`.
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

/// The type without its `?`.
inline const Type& WithoutOptional(const Type& type) { return type.Is(TypeKind::Optional) ? type.item() : type; }

/// Whether it is a stream or has a part that is one.
bool HoldsStream(const Type& type);
/// What a tensor of that type holds at an index of its first dimension: a tensor with one dimension less, or an element.
Type RowOf(const Type& tensor);

/// One field of a named record.
struct RecordField {
  std::string name;
  Type type;
  std::optional<Value> default_value;

  bool operator==(const RecordField&) const = default;
};

struct EnumVariant {
  std::string name;
  /// What stands for the variant in JSON and in values.
  std::string label;

  bool operator==(const EnumVariant&) const = default;
};

/// The named types of a program, by qualified name.
struct TypeTable {
  std::map<std::string, std::vector<RecordField>> records;
  std::map<std::string, std::vector<EnumVariant>> enums;

  /// Of a named record, or nothing.
  [[nodiscard]] const std::vector<RecordField>* FindRecord(const std::string& name) const;
  [[nodiscard]] const std::vector<EnumVariant>* FindEnum(const std::string& name) const;

  bool operator==(const TypeTable&) const = default;
};

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
