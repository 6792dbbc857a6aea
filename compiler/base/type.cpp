#include "compiler/base/type.h"

#include <cctype>

#include <fmt/format.h>

namespace plait {

struct Type::Node {
  std::string name;
  std::vector<Field> fields;  // an item type is the only field, without a name
};

Type Type::List(Type item) { return {TypeKind::List, std::make_shared<const Node>(Node{"", {{"", std::move(item)}}})}; }
Type Type::Optional(Type item) {
  if (item.Is(TypeKind::Optional) || item.is_error() || item.Is(TypeKind::Null)) {
    return item;
  }
  return {TypeKind::Optional, std::make_shared<const Node>(Node{"", {{"", std::move(item)}}})};
}
Type Type::Record(std::string name) { return {TypeKind::Record, std::make_shared<const Node>(Node{std::move(name), {}})}; }
Type Type::Anonymous(std::vector<Field> fields) { return {TypeKind::Anonymous, std::make_shared<const Node>(Node{"", std::move(fields)})}; }

const Type& Type::item() const { return node_->fields[0].type; }
const std::string& Type::name() const { return node_->name; }
const std::vector<Type::Field>& Type::fields() const { return node_->fields; }

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
    case TypeKind::Json:
      return "json";
    case TypeKind::List:
      return fmt::format("[{}]", item().ToString());
    case TypeKind::Optional:
      return item().ToString() + "?";
    case TypeKind::Record:
      return name();
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

bool Type::operator==(const Type& other) const {
  if (kind_ != other.kind_) {
    return false;
  }
  if (node_ == other.node_) {
    return true;
  }
  return node_ && other.node_ && node_->name == other.node_->name && node_->fields == other.node_->fields;
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

  std::optional<Type> Read(int depth) {
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
    return FromWord(TakeWord());
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
    for (TypeKind kind :
         {TypeKind::Never, TypeKind::Null, TypeKind::Bool, TypeKind::Int, TypeKind::Float, TypeKind::String, TypeKind::Json}) {
      if (word == Type::Of(kind).ToString()) {
        return Type::Of(kind);
      }
    }
    if (word.empty() || word.front() == '.' || word.back() == '.' || std::isdigit(static_cast<unsigned char>(word.front())) != 0) {
      return std::nullopt;
    }
    return Type::Record(word);
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
