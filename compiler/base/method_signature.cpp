#include "compiler/base/method_signature.h"

#include <algorithm>

#include <fmt/format.h>

namespace plait {
namespace {

bool IsNamePart(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_'; }

/// Takes the text apart from its beginning on.
class SignatureReader {
 public:
  explicit SignatureReader(std::string_view text) : text_(text) {}

  std::optional<MethodSignature> Run() {
    MethodSignature signature;
    signature.name = TakeName();
    if (signature.name.empty() || !Take("(")) {
      return std::nullopt;
    }
    while (!Take(")")) {
      if (!signature.parameters.empty() && !Take(", ")) {
        return std::nullopt;
      }
      std::string name = TakeName();
      std::optional<Type> type = !name.empty() && Take(": ") ? TakeType() : std::nullopt;
      if (!type) {
        return std::nullopt;
      }
      signature.parameters.push_back({std::move(name), *std::move(type)});
    }
    std::optional<Type> result = Take(" -> ") ? TakeType() : std::nullopt;
    if (!result || !text_.empty()) {
      return std::nullopt;
    }
    signature.result = *std::move(result);
    return signature;
  }

 private:
  bool Take(std::string_view token) {
    bool is_there = text_.starts_with(token);
    text_.remove_prefix(is_there ? token.size() : 0);
    return is_there;
  }

  std::string TakeName() {
    auto end = std::ranges::find_if_not(text_, IsNamePart);
    std::string name(text_.begin(), end);
    text_.remove_prefix(name.size());
    return name;
  }

  std::optional<Type> TakeType() {
    std::optional<TypePrefix> prefix = ParseTypePrefix(text_);
    if (!prefix) {
      return std::nullopt;
    }
    text_.remove_prefix(prefix->length);
    return std::move(prefix->type);
  }

  std::string_view text_;
};

/// Whether the type is a tensor that begins with the dimension, or a record of such.
bool BeginsWith(const Type& type, const std::string& dim) {
  if (type.Is(TypeKind::Tensor)) {
    return type.dims()[0] == dim;
  }
  return type.Is(TypeKind::Anonymous) && !type.fields().empty() &&
         std::ranges::all_of(type.fields(), [&](const Type::Field& field) { return BeginsWith(field.type, dim); });
}

}  // namespace

std::string MethodSignature::ToString() const {
  std::string text = name + "(";
  for (const Type::Field& parameter : parameters) {
    text += fmt::format("{}{}: {}", &parameter == parameters.data() ? "" : ", ", parameter.name, parameter.type.ToString());
  }
  return fmt::format("{}) -> {}", text, result.ToString());
}

std::optional<std::string> MethodSignature::BatchDim() const {
  auto first = std::ranges::find_if(parameters, [](const Type::Field& parameter) { return parameter.type.Is(TypeKind::Tensor); });
  if (first == parameters.end() || first->type.FixedDim(0) || first->type.dims()[0] == kAnyDim) {
    return std::nullopt;
  }
  const std::string& dim = first->type.dims()[0];
  bool is_common = BeginsWith(result, dim) && std::ranges::all_of(parameters, [&](const Type::Field& parameter) {
                     return !parameter.type.Is(TypeKind::Tensor) || parameter.type.dims()[0] == dim;
                   });
  return is_common ? std::optional(dim) : std::nullopt;
}

std::optional<MethodSignature> ParseMethodSignature(std::string_view text) { return SignatureReader(text).Run(); }

}  // namespace plait
