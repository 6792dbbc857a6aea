#include "compiler/base/type.h"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace plait {

struct Type::Node {
  std::string name;
  std::vector<Field> fields;  // an item type is the only field, without a name; so are a union's members
  std::vector<std::string> dims;
};

Type Type::List(Type item) { return {TypeKind::List, std::make_shared<const Node>(Node{"", {{"", std::move(item)}}, {}})}; }
Type Type::Optional(Type item) {
  if (item.Is(TypeKind::Optional) || item.is_error() || item.Is(TypeKind::Null)) {
    return item;
  }
  return {TypeKind::Optional, std::make_shared<const Node>(Node{"", {{"", std::move(item)}}, {}})};
}
Type Type::Record(std::string name) { return {TypeKind::Record, std::make_shared<const Node>(Node{std::move(name), {}, {}})}; }
Type Type::Anonymous(std::vector<Field> fields) {
  return {TypeKind::Anonymous, std::make_shared<const Node>(Node{"", std::move(fields), {}})};
}
Type Type::Map(Type item) { return {TypeKind::Map, std::make_shared<const Node>(Node{"", {{"", std::move(item)}}, {}})}; }
Type Type::Stream(Type item) { return {TypeKind::Stream, std::make_shared<const Node>(Node{"", {{"", std::move(item)}}, {}})}; }
Type Type::Variable(std::string name) { return {TypeKind::Variable, std::make_shared<const Node>(Node{std::move(name), {}, {}})}; }
Type Type::Enum(std::string name) { return {TypeKind::Enum, std::make_shared<const Node>(Node{std::move(name), {}, {}})}; }

Type Type::Tensor(std::string element, std::vector<std::string> dims) {
  return {TypeKind::Tensor, std::make_shared<const Node>(Node{std::move(element), {}, std::move(dims)})};
}

Type Type::Union(const std::vector<Type>& members) {
  bool is_optional = false;
  std::vector<Field> distinct;
  auto add = [&](auto&& self, const Type& member) -> void {
    if (member.Is(TypeKind::Optional) || member.Is(TypeKind::Null)) {
      is_optional = true;
    }
    if (member.Is(TypeKind::Optional)) {
      self(self, member.item());
    } else if (member.Is(TypeKind::Union)) {
      std::ranges::for_each(member.members(), [&](const Field& inner) { self(self, inner.type); });
    } else if (!member.Is(TypeKind::Null) && std::ranges::find(distinct, member, &Field::type) == distinct.end()) {
      distinct.push_back({"", member});
    }
  };
  for (const Type& member : members) {
    if (member.is_error()) {
      return {};
    }
    add(add, member);
  }
  if (distinct.empty()) {
    return Of(TypeKind::Null);
  }
  Type all =
      distinct.size() == 1 ? distinct[0].type : Type(TypeKind::Union, std::make_shared<const Node>(Node{"", std::move(distinct), {}}));
  return is_optional ? Optional(std::move(all)) : all;
}

const Type& Type::item() const { return node_->fields[0].type; }
const std::string& Type::name() const { return node_->name; }
const std::vector<Type::Field>& Type::fields() const { return node_->fields; }
const std::vector<std::string>& Type::dims() const { return node_->dims; }

std::optional<int64_t> Type::FixedDim(size_t index) const {
  constexpr size_t kMostDigits = 18;
  const std::string& dim = node_->dims[index];
  bool is_number = !dim.empty() && dim.size() <= kMostDigits && std::isdigit(static_cast<unsigned char>(dim[0])) != 0;
  return is_number ? std::optional<int64_t>(std::stoll(dim)) : std::nullopt;
}

TensorElement Type::element() const { return ElementTypeFromName(node_->name).value_or(TensorElement::F32); }

std::string Type::ToString() const {
  switch (kind_) {
    case TypeKind::Error:
      return "<error>";
    case TypeKind::Never:
      return "never";
    case TypeKind::Null:
      return "null";
    case TypeKind::Bool:
      return "bool";
    case TypeKind::Int:
      return "int";
    case TypeKind::Float:
      return "float";
    case TypeKind::String:
      return "string";
    case TypeKind::Bytes:
      return "bytes";
    case TypeKind::Json:
      return "json";
    case TypeKind::List:
      return fmt::format("[{}]", item().ToString());
    case TypeKind::Optional:
      return item().Is(TypeKind::Union) ? fmt::format("({})?", item().ToString()) : item().ToString() + "?";
    case TypeKind::Map:
      return fmt::format("map<{}>", item().ToString());
    case TypeKind::Stream:
      return fmt::format("stream<{}>", item().ToString());
    case TypeKind::Record:
    case TypeKind::Variable:
      return name();
    case TypeKind::Enum:
      return "enum " + name();
    case TypeKind::Tensor:
      return fmt::format("tensor<{}>[{}]", name(), fmt::join(dims(), ", "));
    case TypeKind::Union: {
      std::string text;
      for (const Field& member : members()) {
        text += (text.empty() ? "" : " | ") + member.type.ToString();
      }
      return text;
    }
    case TypeKind::Anonymous: {
      std::string text = "{ ";
      for (size_t i = 0; i < fields().size(); ++i) {
        text += fmt::format("{}{}: {}", i == 0 ? "" : ", ", fields()[i].name, fields()[i].type.ToString());
      }
      return text + " }";
    }
  }
  return "";
}

bool HoldsStream(const Type& type) {
  switch (type.kind()) {
    case TypeKind::Stream:
      return true;
    case TypeKind::List:
    case TypeKind::Optional:
    case TypeKind::Map:
      return HoldsStream(type.item());
    case TypeKind::Anonymous:
    case TypeKind::Union:
      return std::any_of(type.fields().begin(), type.fields().end(), [](const Type::Field& field) { return HoldsStream(field.type); });
    default:
      return false;  // a named record has no such field
  }
}

Type RowOf(const Type& tensor) {
  if (tensor.dims().size() > 1) {
    return Type::Tensor(tensor.name(), {tensor.dims().begin() + 1, tensor.dims().end()});
  }
  bool is_bool = tensor.element() == TensorElement::Bool;
  return Type::Of(is_bool ? TypeKind::Bool : IsFloating(tensor.element()) ? TypeKind::Float : TypeKind::Int);
}

const std::vector<RecordField>* TypeTable::FindRecord(const std::string& name) const {
  auto found = records.find(name);
  return found == records.end() ? nullptr : &found->second;
}

const std::vector<EnumVariant>* TypeTable::FindEnum(const std::string& name) const {
  auto found = enums.find(name);
  return found == enums.end() ? nullptr : &found->second;
}

bool Type::operator==(const Type& other) const {
  if (kind_ != other.kind_) {
    return false;
  }
  if (node_ == other.node_) {
    return true;
  }
  return node_ && other.node_ && node_->name == other.node_->name && node_->fields == other.node_->fields &&
         node_->dims == other.node_->dims;
}

namespace {

/// Recursive descent over the spelling that `ToString` writes.
class TypeReader {
 public:
  explicit TypeReader(std::string_view text) : text_(text) {}

  std::optional<TypePrefix> ReadPrefix() {
    std::optional<Type> type = Read(0);
    if (!type) {
      return std::nullopt;
    }
    return TypePrefix{*std::move(type), position_};
  }

 private:
  /// As deep as a source may nest.
  static constexpr int kMaxDepth = 256;

  void SkipSpace() {
    while (position_ < text_.size() && text_[position_] == ' ') {
      ++position_;
    }
  }

  bool Take(char c) {
    SkipSpace();
    if (position_ < text_.size() && text_[position_] == c) {
      ++position_;
      return true;
    }
    return false;
  }

  std::string TakeWord() {
    SkipSpace();
    size_t begin = position_;
    while (position_ < text_.size() &&
           (std::isalnum(static_cast<unsigned char>(text_[position_])) != 0 || text_[position_] == '_' || text_[position_] == '.')) {
      ++position_;
    }
    return std::string(text_.substr(begin, position_ - begin));
  }

  /// A union's members are read here, so that a `?` inside it marks one member.
  std::optional<Type> Read(int depth) {
    std::optional<Type> type = ReadMember(depth);
    if (!type || !Take('|')) {
      return type;
    }
    std::vector<Type> members = {*std::move(type)};
    do {
      type = ReadMember(depth);
      if (!type) {
        return std::nullopt;
      }
      members.push_back(*std::move(type));
    } while (Take('|'));
    return Type::Union(members);
  }

  std::optional<Type> ReadMember(int depth) {
    if (depth > kMaxDepth) {
      return std::nullopt;
    }
    std::optional<Type> type = ReadWithoutMark(depth);
    if (type && Take('?')) {
      return Type::Optional(*std::move(type));
    }
    return type;
  }

  std::optional<Type> ReadWithoutMark(int depth) {
    if (Take('[')) {
      std::optional<Type> item = Read(depth + 1);
      if (!item || !Take(']')) {
        return std::nullopt;
      }
      return Type::List(*std::move(item));
    }
    if (Take('{')) {
      return ReadFields(depth);
    }
    if (Take('(')) {
      std::optional<Type> inner = Read(depth + 1);
      return inner && Take(')') ? std::move(inner) : std::nullopt;
    }
    std::string word = TakeWord();
    bool is_map = word == "map";
    if ((is_map || word == "stream") && Take('<')) {
      std::optional<Type> item = Read(depth + 1);
      if (!item || !Take('>')) {
        return std::nullopt;
      }
      return is_map ? Type::Map(*std::move(item)) : Type::Stream(*std::move(item));
    }
    if (word == "tensor" && Take('<')) {
      return ReadTensor();
    }
    if (word == "enum") {
      std::string name = TakeWord();
      return IsPath(name) ? std::optional(Type::Enum(std::move(name))) : std::nullopt;
    }
    return FromWord(word);
  }

  /// `<` is taken.
  std::optional<Type> ReadTensor() {
    std::string element = TakeWord();
    bool is_known = ElementTypeFromName(element).has_value();
    if (!is_known || !Take('>') || !Take('[')) {
      return std::nullopt;
    }
    std::vector<std::string> dims;
    do {
      dims.push_back(TakeWord());
      if (!IsDim(dims.back()) || dims.size() > kMaxTensorRank) {
        return std::nullopt;
      }
    } while (Take(','));
    return Take(']') ? std::optional(Type::Tensor(std::move(element), std::move(dims))) : std::nullopt;
  }

  /// A size without leading zeros, or a name.
  static bool IsDim(const std::string& word) {
    constexpr size_t kMostDigits = 18;
    if (word.empty() || word.find('.') != std::string::npos) {
      return false;
    }
    bool is_number = std::ranges::all_of(word, [](unsigned char c) { return std::isdigit(c) != 0; });
    bool is_name = std::isdigit(static_cast<unsigned char>(word[0])) == 0;
    return is_name || (is_number && word.size() <= kMostDigits && (word[0] != '0' || word.size() == 1));
  }

  static bool IsPath(const std::string& word) {
    return !word.empty() && word.front() != '.' && word.back() != '.' && std::isdigit(static_cast<unsigned char>(word.front())) == 0;
  }

  std::optional<Type> ReadFields(int depth) {
    std::vector<Type::Field> fields;
    while (!Take('}')) {
      if (!fields.empty() && !Take(',')) {
        return std::nullopt;
      }
      std::string name = TakeWord();
      if (name.empty() || !Take(':')) {
        return std::nullopt;
      }
      std::optional<Type> type = Read(depth + 1);
      if (!type) {
        return std::nullopt;
      }
      fields.push_back({std::move(name), *std::move(type)});
    }
    return Type::Anonymous(std::move(fields));
  }

  static std::optional<Type> FromWord(const std::string& word) {
    for (TypeKind kind : {TypeKind::Never, TypeKind::Null, TypeKind::Bool, TypeKind::Int, TypeKind::Float, TypeKind::String,
                          TypeKind::Bytes, TypeKind::Json}) {
      if (word == Type::Of(kind).ToString()) {
        return Type::Of(kind);
      }
    }
    return IsPath(word) ? std::optional(Type::Record(word)) : std::nullopt;
  }

  std::string_view text_;
  size_t position_ = 0;
};

}  // namespace

std::optional<TypePrefix> ParseTypePrefix(std::string_view text) { return TypeReader(text).ReadPrefix(); }

std::optional<Type> ParseType(std::string_view text) {
  std::optional<TypePrefix> prefix = ParseTypePrefix(text);
  if (!prefix || text.find_first_not_of(' ', prefix->length) != std::string_view::npos) {
    return std::nullopt;
  }
  return std::move(prefix->type);
}

}  // namespace plait
