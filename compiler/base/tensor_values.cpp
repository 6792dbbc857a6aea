#include "compiler/base/tensor_values.h"

#include <cmath>
#include <limits>
#include <utility>

#include <fmt/format.h>
#include <llvm/Support/Base64.h>

namespace plait {
namespace {

Error Mismatch(const std::string& path, std::string message) { return {FailureKind::InputMismatch, std::move(message), path, {}}; }

/// Fills a tensor from lists of lists, row by row.
class ListReader {
 public:
  ListReader(const Type& type, Tensor& tensor) : type_(type), tensor_(tensor) {}

  /// All of a list of lists.
  Result<void> ReadLists(const Value& value, const std::string& path) {
    place_.resize(tensor_.shape.size());
    return Read(value, 0, path);
  }

  /// Paths are made where something is wrong: a tensor may have millions of elements.
  Result<void> Read(const Value& value, size_t depth, const std::string& path) {
    if (depth == tensor_.shape.size()) {
      return ReadElement(value, path);
    }
    if (!value.is_list()) {
      return Mismatch(PathOf(depth, path), fmt::format("expected {}, whose lists nest {} deep, found {} at depth {}", type_.ToString(),
                                                       tensor_.shape.size(), value.KindName(), depth));
    }
    auto size = static_cast<int64_t>(value.AsList().size());
    if (size != tensor_.shape[depth]) {
      return Mismatch(PathOf(depth, path), fmt::format("expected {}, found {} items here and {} in the first list of this depth",
                                                       type_.ToString(), size, tensor_.shape[depth]));
    }
    for (size_t i = 0; i < value.AsList().size(); ++i) {
      place_[depth] = i;
      PLAIT_TRY_VOID(Read(value.AsList()[i], depth + 1, path));
    }
    return {};
  }

  Result<void> ReadElement(const Value& value, const std::string& path) {
    bool is_stored = VisitElement(tensor_.element, [&](auto kind) { return Store<decltype(kind)>(value); });
    if (!is_stored) {
      std::string shown = value.is_bool() || value.is_int() || value.is_float() ? " " + ToJson(value) : "";
      return Mismatch(PathOf(place_.size(), path),
                      fmt::format("expected an element of {}, found {}{}", type_.ToString(), value.KindName(), shown));
    }
    ++next_;
    return {};
  }

 private:
  template <class T>
  bool Store(const Value& value) {
    if constexpr (std::is_same_v<T, bool>) {
      if (value.is_bool()) {
        tensor_.Set<bool>(next_, value.AsBool());
      }
      return value.is_bool();
    } else if constexpr (std::is_floating_point_v<T>) {
      bool is_number = value.is_int() || value.is_float();
      if (is_number && std::isfinite(static_cast<T>(value.AsNumber()))) {
        tensor_.Set<T>(next_, static_cast<T>(value.AsNumber()));
        return true;
      }
      return false;
    } else {
      std::optional<int64_t> whole = Whole(value);
      if (whole && *whole >= static_cast<int64_t>(std::numeric_limits<T>::min()) &&
          *whole <= static_cast<int64_t>(std::numeric_limits<T>::max())) {
        tensor_.Set<T>(next_, static_cast<T>(*whole));
        return true;
      }
      return false;
    }
  }

  static std::optional<int64_t> Whole(const Value& value) {
    return value.is_int() ? std::optional(value.AsInt()) : value.is_float() ? WholeNumber(value.AsFloat()) : std::nullopt;
  }

  /// Of what is being read, `depth` lists deep.
  [[nodiscard]] std::string PathOf(size_t depth, std::string path) const {
    for (size_t i = 0; i < depth; ++i) {
      path += fmt::format("[{}]", place_[i]);
    }
    return path;
  }

  const Type& type_;
  Tensor& tensor_;
  size_t next_ = 0;
  /// By depth, the item of the list that is being read; empty where elements come without lists.
  std::vector<size_t> place_;
};

/// The shape that the first item of each depth tells.
Result<std::vector<int64_t>> ShapeOf(const Value& value, const Type& type, const std::string& path) {
  std::vector<int64_t> shape;
  const Value* inner = &value;
  std::string place = path;
  for (size_t depth = 0; depth < type.dims().size(); ++depth) {
    if (inner == nullptr) {
      // Below an empty list nothing tells the size; a stated one is as good as any.
      shape.push_back(type.FixedDim(depth).value_or(0));
      continue;
    }
    if (!inner->is_list()) {
      return Mismatch(place, fmt::format("expected {}, whose lists nest {} deep, found {} at depth {}", type.ToString(), type.dims().size(),
                                         inner->KindName(), depth));
    }
    shape.push_back(static_cast<int64_t>(inner->AsList().size()));
    inner = inner->AsList().empty() ? nullptr : inner->AsList().data();
    place += "[0]";
  }
  if (!CountElements(shape)) {
    return Mismatch(path, fmt::format("a tensor has at most {} elements", kMaxTensorElements));
  }
  return shape;
}

Result<void> CheckFixedDims(const std::vector<int64_t>& shape, const Type& type, const std::string& path) {
  if (shape.size() != type.dims().size()) {
    return Mismatch(path, fmt::format("expected {}, found a tensor of shape {}", type.ToString(), ShapeText(shape)));
  }
  for (size_t i = 0; i < shape.size(); ++i) {
    if (std::optional<int64_t> fixed = type.FixedDim(i); fixed && *fixed != shape[i]) {
      return Mismatch(path, fmt::format("expected {}, found {} for dimension {}, which is {}", type.ToString(), shape[i], i, *fixed));
    }
    for (size_t before = 0; before < i; ++before) {
      bool is_variable = !type.FixedDim(i) && type.dims()[i] != kAnyDim && type.dims()[i] == type.dims()[before];
      if (is_variable && shape[i] != shape[before]) {
        return Mismatch(
            path, fmt::format("expected {}, found the sizes {} and {} for `{}`", type.ToString(), shape[before], shape[i], type.dims()[i]));
      }
    }
  }
  return {};
}

}  // namespace

Value ElementValue(const Tensor& tensor, size_t index) {
  return VisitElement(tensor.element, [&](auto kind) {
    using T = decltype(kind);
    if constexpr (std::is_same_v<T, bool>) {
      return Value::Bool(tensor.At<bool>(index));
    } else if constexpr (std::is_floating_point_v<T>) {
      return Value::Float(static_cast<double>(tensor.At<T>(index)));
    } else {
      return Value::Int(static_cast<int64_t>(tensor.At<T>(index)));
    }
  });
}

Value TensorRow(const Tensor& tensor, size_t index) {
  if (tensor.shape.size() == 1) {
    return ElementValue(tensor, index);
  }
  size_t bytes = tensor.row_size() * ElementBytes(tensor.element);
  return Value::OfTensor({tensor.element, {tensor.shape.begin() + 1, tensor.shape.end()}, tensor.data.substr(index * bytes, bytes)});
}

Value TensorToLists(const Tensor& tensor) {
  ValueList items;
  items.reserve(static_cast<size_t>(tensor.shape[0]));
  for (size_t i = 0; i < static_cast<size_t>(tensor.shape[0]); ++i) {
    Value row = TensorRow(tensor, i);
    items.push_back(row.is_tensor() ? TensorToLists(row.AsTensor()) : std::move(row));
  }
  return Value::List(std::move(items));
}

Result<Value> ToTensor(const Value& value, const Type& type, const std::string& path) {
  if (value.is_tensor()) {
    PLAIT_TRY_VOID(CheckFixedDims(value.AsTensor().shape, type, path));
    if (value.AsTensor().element == type.element()) {
      return value;
    }
    Tensor converted = MakeTensor(type.element(), value.AsTensor().shape);
    ListReader reader(type, converted);
    for (size_t i = 0; i < value.AsTensor().count(); ++i) {
      Value element = ElementValue(value.AsTensor(), i);
      bool becomes_number = element.is_bool() && type.element() != TensorElement::Bool;
      PLAIT_TRY_VOID(reader.ReadElement(becomes_number ? Value::Int(element.AsBool() ? 1 : 0) : element, path));
    }
    return Value::OfTensor(std::move(converted));
  }
  PLAIT_TRY(std::vector<int64_t> shape, ShapeOf(value, type, path));
  PLAIT_TRY_VOID(CheckFixedDims(shape, type, path));
  Tensor tensor = MakeTensor(type.element(), std::move(shape));
  PLAIT_TRY_VOID(ListReader(type, tensor).ReadLists(value, path));
  return Value::OfTensor(std::move(tensor));
}

Result<Value> BytesFromText(const std::string& text, const std::string& path) {
  std::vector<char> bytes;
  llvm::Error error = llvm::decodeBase64(text, bytes);
  bool is_faulty = static_cast<bool>(error);
  llvm::consumeError(std::move(error));
  std::string decoded(bytes.begin(), bytes.end());
  // Only one text stands for some bytes: bits behind the last one are 0.
  if (is_faulty || BytesToText(decoded) != text) {
    return Mismatch(path, "expected bytes as text in base64, with padding, found other text");
  }
  return Value::Bytes(std::move(decoded));
}

std::string BytesToText(std::string_view bytes) { return llvm::encodeBase64(bytes); }

std::optional<Value> FromTagged(const Type& type, const Value& content) {
  Result<Value> value = Mismatch("", "");
  if (type.Is(TypeKind::Bytes) && content.is_string()) {
    value = BytesFromText(content.AsString(), "");
  } else if (type.Is(TypeKind::Tensor) && content.is_list()) {
    value = ToTensor(content, type, "");
  }
  return value.ok() ? std::optional(*std::move(value)) : std::nullopt;
}

Value AsPlain(const Value& value) {
  if (value.is_tensor()) {
    return TensorToLists(value.AsTensor());
  }
  return value.is_bytes() ? Value::String(BytesToText(value.AsBytes())) : value;
}

Result<void> DimBindings::BindTensor(const Tensor& tensor, const Type& type, const std::string& what, FailureKind kind) {
  if (tensor.element != type.element() || tensor.shape.size() != type.dims().size()) {
    return Error{kind,
                 fmt::format("{} is a tensor<{}> of shape {}, expected {}", what, ElementTypeName(tensor.element), ShapeText(tensor.shape),
                             type.ToString()),
                 "",
                 {}};
  }
  for (size_t i = 0; i < tensor.shape.size(); ++i) {
    const std::string& name = type.dims()[i];
    if (std::optional<int64_t> fixed = type.FixedDim(i)) {
      if (*fixed != tensor.shape[i]) {
        return Error{kind,
                     fmt::format("{} has size {} in dimension {}, expected {} of {}", what, tensor.shape[i], i, *fixed, type.ToString()),
                     "",
                     {}};
      }
      continue;
    }
    if (name == kAnyDim) {
      continue;
    }
    auto [bound, is_new] = sizes_.try_emplace(name, Bound{tensor.shape[i], what});
    if (!is_new && bound->second.size != tensor.shape[i]) {
      return Error{kind,
                   fmt::format("{} has size {} for the dimension `{}`, {} has {}", what, tensor.shape[i], name, bound->second.by,
                               bound->second.size),
                   "",
                   {}};
    }
  }
  return {};
}

Result<void> DimBindings::Bind(const Value& value, const Type& type, const std::string& what, FailureKind kind) {
  const Type& bare = WithoutOptional(type);
  if (bare.Is(TypeKind::Tensor) && value.is_tensor()) {
    return BindTensor(value.AsTensor(), bare, what, kind);
  }
  if (bare.Is(TypeKind::List) && value.is_list()) {
    for (size_t i = 0; i < value.AsList().size(); ++i) {
      PLAIT_TRY_VOID(Bind(value.AsList()[i], bare.item(), fmt::format("{}[{}]", what, i), kind));
    }
  }
  if ((bare.Is(TypeKind::Anonymous) || bare.Is(TypeKind::Map)) && value.is_record()) {
    for (const auto& [name, field] : value.AsRecord()) {
      for (const Type::Field& declared : bare.fields()) {
        if (bare.Is(TypeKind::Map) || declared.name == name) {
          PLAIT_TRY_VOID(Bind(field, declared.type, fmt::format("{}.{}", what, name), kind));
        }
      }
    }
  }
  return {};
}

}  // namespace plait
