#include "runtime/code_models/torch_values.h"

#include <utility>
#include <vector>

#include <ATen/ATen.h>
#include <fmt/format.h>

namespace plait {
namespace {

at::ScalarType ScalarTypeOf(TensorElement element) {
  switch (element) {
    case TensorElement::F32:
      return at::kFloat;
    case TensorElement::F64:
      return at::kDouble;
    case TensorElement::I32:
      return at::kInt;
    case TensorElement::I64:
      return at::kLong;
    case TensorElement::U8:
      return at::kByte;
    case TensorElement::Bool:
      return at::kBool;
  }
  return at::kFloat;
}

Error Other(const std::string& what, const std::string& found, const Type& type) {
  return {FailureKind::ModelFailed, fmt::format("{} is {}, and `{}` is declared", what, found, type.ToString()), "", {}};
}

std::string Describe(const c10::IValue& value) {
  if (!value.isTensor()) {
    return fmt::format("a {}", value.tagKind());
  }
  const at::Tensor& tensor = value.toTensor();
  return fmt::format("a tensor of {} and shape {}", c10::toString(tensor.scalar_type()),
                     ShapeText({tensor.sizes().begin(), tensor.sizes().end()}));
}

Result<Value> TensorFrom(const c10::IValue& value, const Type& type, const std::string& what) {
  if (!value.isTensor() || value.toTensor().scalar_type() != ScalarTypeOf(type.element()) ||
      value.toTensor().dim() != static_cast<int64_t>(type.dims().size())) {
    return Other(what, Describe(value), type);
  }
  at::Tensor given = value.toTensor().to(at::kCPU).contiguous();
  Tensor tensor{type.element(), {given.sizes().begin(), given.sizes().end()}, ""};
  tensor.data.assign(static_cast<const char*>(given.const_data_ptr()), given.nbytes());
  return Value::OfTensor(std::move(tensor));
}

Result<Value> ScalarFrom(const c10::IValue& given, const Type& type, const std::string& what) {
  bool is_single = given.isTensor() && given.toTensor().dim() == 0;
  const c10::IValue value = is_single ? c10::IValue(given.toTensor().item()) : given;
  if (type.Is(TypeKind::Bool) && value.isBool()) {
    return Value::Bool(value.toBool());
  }
  if (type.Is(TypeKind::Int) && value.isInt()) {
    return Value::Int(value.toInt());
  }
  if (type.Is(TypeKind::Float) && (value.isDouble() || value.isInt())) {
    return Value::Float(value.isInt() ? static_cast<double>(value.toInt()) : value.toDouble());
  }
  if (type.Is(TypeKind::String) && value.isString()) {
    return Value::String(value.toStringRef());
  }
  return Other(what, Describe(given), type);
}

Result<Value> ListFrom(const c10::IValue& value, const Type& type, const std::string& what) {
  if (!value.isList() && !value.isTuple()) {
    return Other(what, Describe(value), type);
  }
  ValueList items;
  auto add = [&](const c10::IValue& item) -> Result<void> {
    PLAIT_TRY(Value converted, FromTorch(item, type.item(), fmt::format("{}[{}]", what, items.size())));
    items.push_back(std::move(converted));
    return {};
  };
  if (value.isTuple()) {
    for (const c10::IValue& item : value.toTupleRef().elements()) {
      PLAIT_TRY_VOID(add(item));
    }
  } else {
    for (const c10::IValue& item : value.toListRef()) {
      PLAIT_TRY_VOID(add(item));
    }
  }
  return Value::List(std::move(items));
}

Result<Value> RecordFrom(const c10::IValue& value, const Type& type, const std::string& what) {
  ValueFields fields;
  const std::vector<Type::Field>& declared = type.fields();
  if (value.isTuple() && value.toTupleRef().elements().size() == declared.size()) {
    for (size_t i = 0; i < declared.size(); ++i) {
      PLAIT_TRY(Value field, FromTorch(value.toTupleRef().elements()[i], declared[i].type, fmt::format("{}.{}", what, declared[i].name)));
      fields.emplace_back(declared[i].name, std::move(field));
    }
    return Value::Record(std::move(fields));
  }
  if (value.isGenericDict()) {
    const auto dictionary = value.toGenericDict();
    for (const Type::Field& field : declared) {
      auto found = dictionary.find(c10::IValue(field.name));
      if (found == dictionary.end()) {
        return Other(what, fmt::format("a dictionary without `{}`", field.name), type);
      }
      PLAIT_TRY(Value converted, FromTorch(found->value(), field.type, fmt::format("{}.{}", what, field.name)));
      fields.emplace_back(field.name, std::move(converted));
    }
    return Value::Record(std::move(fields));
  }
  return Other(what, value.isTuple() ? fmt::format("a tuple of {}", value.toTupleRef().elements().size()) : Describe(value), type);
}

}  // namespace

c10::IValue ToTorch(const Value& value) {
  if (value.is_tensor()) {
    const Tensor& tensor = value.AsTensor();
    at::Tensor copy = at::empty(tensor.shape, at::TensorOptions(ScalarTypeOf(tensor.element)));
    std::memcpy(copy.data_ptr(), tensor.data.data(), tensor.data.size());
    return copy;
  }
  if (value.is_bool()) {
    return value.AsBool();
  }
  if (value.is_int()) {
    return value.AsInt();
  }
  return value.is_float() ? c10::IValue(value.AsFloat()) : c10::IValue(value.AsString());
}

Result<Value> FromTorch(const c10::IValue& value, const Type& type, const std::string& what) {
  switch (type.kind()) {
    case TypeKind::Tensor:
      return TensorFrom(value, type, what);
    case TypeKind::List:
      return ListFrom(value, type, what);
    case TypeKind::Anonymous:
      return RecordFrom(value, type, what);
    default:
      return ScalarFrom(value, type, what);
  }
}

}  // namespace plait
