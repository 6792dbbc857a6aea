#include "compiler/base/operations.h"

#include <algorithm>
#include <cmath>
#include <compare>
#include <iterator>

#include <fmt/format.h>

#include "compiler/base/library.h"
#include "compiler/base/tensor_values.h"
#include "compiler/base/value_stream.h"

namespace plait {
namespace {

struct OperationInfo {
  std::string_view name;
  std::string_view spelling;
  int operands;
};

constexpr OperationInfo kOperations[] = {
#define X(operation, spelling, operands) {#operation, spelling, operands},
#include "compiler/base/library_operations.def"
#include "compiler/base/operations.def"
#undef X
};

constexpr Operation kAll[] = {
#define X(operation, spelling, operands) Operation::operation,
#include "compiler/base/library_operations.def"
#include "compiler/base/operations.def"
#undef X
};

/// By operation: the library's are the first.
constexpr library::Function kLibrary[] = {
#define X(operation, spelling, operands) library::operation,
#include "compiler/base/library_operations.def"
#undef X
};

Error Fail(FailureKind kind, std::string message) { return {kind, std::move(message), "", {}}; }

Result<Value> Finite(double value, Operation operation) {
  if (!std::isfinite(value)) {
    return Fail(FailureKind::Arithmetic, fmt::format("the result of `{}` is not a finite number", OperationSpelling(operation)));
  }
  return Value::Float(value);
}

Result<Value> IntArithmetic(Operation operation, int64_t left, int64_t right) {
  int64_t result = 0;
  bool overflows = false;
  switch (operation) {
    case Operation::Add:
      overflows = __builtin_add_overflow(left, right, &result);
      break;
    case Operation::Subtract:
      overflows = __builtin_sub_overflow(left, right, &result);
      break;
    case Operation::Multiply:
      overflows = __builtin_mul_overflow(left, right, &result);
      break;
    default:  // Remainder; -1 is apart because INT64_MIN % -1 traps.
      result = right == -1 ? 0 : left % right;
      if (result != 0 && (result < 0) != (right < 0)) {
        result += right;
      }
  }
  if (overflows) {
    return Fail(FailureKind::Arithmetic, fmt::format("{} {} {} does not fit into 64 bits", left, OperationSpelling(operation), right));
  }
  return Value::Int(result);
}

Result<Value> FloatArithmetic(Operation operation, double left, double right) {
  switch (operation) {
    case Operation::Add:
      return Finite(left + right, operation);
    case Operation::Subtract:
      return Finite(left - right, operation);
    case Operation::Multiply:
      return Finite(left * right, operation);
    case Operation::Divide:
      return Finite(left / right, operation);
    default: {
      double result = std::fmod(left, right);
      if (result != 0 && (result < 0) != (right < 0)) {
        result += right;
      }
      return Finite(result, operation);
    }
  }
}

Result<Value> Arithmetic(Operation operation, const Value& left, const Value& right) {
  if (operation == Operation::Add && left.is_string()) {
    return Value::String(left.AsString() + right.AsString());
  }
  if (operation == Operation::Add && left.is_list()) {
    ValueList items = left.AsList();
    items.insert(items.end(), right.AsList().begin(), right.AsList().end());
    return Value::List(std::move(items));
  }
  bool divides = operation == Operation::Divide || operation == Operation::Remainder;
  if (divides && right.AsNumber() == 0) {
    return Fail(FailureKind::Arithmetic, fmt::format("{} {} 0: division by zero", ToJson(left), OperationSpelling(operation)));
  }
  if (operation != Operation::Divide && left.is_int() && right.is_int()) {
    return IntArithmetic(operation, left.AsInt(), right.AsInt());
  }
  return FloatArithmetic(operation, left.AsNumber(), right.AsNumber());
}

bool ValuesEqual(const Value& left, const Value& right) {
  bool both_numbers = (left.is_int() || left.is_float()) && (right.is_int() || right.is_float());
  return both_numbers && left.is_int() != right.is_int() ? left.AsNumber() == right.AsNumber() : left == right;
}

std::partial_ordering Order(const Value& left, const Value& right) {
  if (left.is_string()) {
    return left.AsString() <=> right.AsString();
  }
  if (left.is_int() && right.is_int()) {
    return left.AsInt() <=> right.AsInt();
  }
  return left.AsNumber() <=> right.AsNumber();
}

bool Contains(const Value& item, const Value& container) {
  if (container.is_record()) {
    return container.Field(item.AsString()) != nullptr;
  }
  if (container.is_string()) {
    return container.AsString().find(item.AsString()) != std::string::npos;
  }
  const ValueList& items = container.AsList();
  return std::any_of(items.begin(), items.end(), [&](const Value& other) { return ValuesEqual(item, other); });
}

Error OutsideOf(std::string_view container, int64_t index, size_t size, std::string_view unit) {
  return Fail(FailureKind::IndexRange,
              fmt::format("index {} is outside a {} of {} {}{}", index, container, size, unit, size == 1 ? "" : "s"));
}

Result<Value> ItemAt(const Value& container, int64_t index) {
  if (container.is_tensor()) {
    auto rows = static_cast<size_t>(container.AsTensor().shape[0]);
    bool is_inside = index >= 0 && static_cast<uint64_t>(index) < rows;
    return is_inside ? Result<Value>(TensorRow(container.AsTensor(), static_cast<size_t>(index))) : OutsideOf("tensor", index, rows, "row");
  }
  const ValueList& items = container.AsList();
  if (index < 0 || static_cast<uint64_t>(index) >= items.size()) {
    return OutsideOf("list", index, items.size(), "item");
  }
  return items[static_cast<size_t>(index)];
}

Value Length(const Value& value) {
  if (value.is_record()) {
    return Value::Int(static_cast<int64_t>(value.AsRecord().size()));
  }
  if (value.is_list()) {
    return Value::Int(static_cast<int64_t>(value.AsList().size()));
  }
  if (value.is_tensor()) {
    return Value::Int(value.AsTensor().shape[0]);
  }
  if (value.is_bytes()) {
    return Value::Int(static_cast<int64_t>(value.AsBytes().size()));
  }
  const std::string& text = value.AsString();
  // Continuation bytes of UTF-8 begin with the bits 10.
  auto code_points = std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; });
  return Value::Int(code_points);
}

Value Entries(const ValueFields& map) {
  ValueList entries;
  for (const auto& [key, value] : map) {
    entries.push_back(Value::Record({{"key", Value::String(key)}, {"value", value}}));
  }
  return Value::List(std::move(entries));
}

/// What json holds under a name or an index, or nothing.
const Value* FindMember(const Value& json, const Value& key) {
  if (key.is_string()) {
    return json.Field(key.AsString());
  }
  bool is_inside = json.is_list() && key.AsInt() >= 0 && static_cast<uint64_t>(key.AsInt()) < json.AsList().size();
  return is_inside ? &json.AsList()[static_cast<size_t>(key.AsInt())] : nullptr;
}

Result<Value> Member(const Value& json, const Value& key) {
  if (const Value* found = FindMember(json, key)) {
    return *found;
  }
  bool is_field = key.is_string();
  std::string wanted = is_field ? fmt::format("the field `{}`", key.AsString()) : fmt::format("item {}", key.AsInt());
  std::string found = (is_field && json.is_record()) || (!is_field && json.is_list()) ? fmt::format("{} without it", json.KindName())
                                                                                      : std::string(json.KindName());
  return Fail(FailureKind::CastFailed, fmt::format("expected json with {}, found {}", wanted, found));
}

Value Flatten(const ValueList& lists) {
  ValueList items;
  for (const Value& list : lists) {
    items.insert(items.end(), list.AsList().begin(), list.AsList().end());
  }
  return Value::List(std::move(items));
}

Result<Value> Negate(const Value& value) {
  if (value.is_float()) {
    return Value::Float(-value.AsFloat());
  }
  if (value.AsInt() == INT64_MIN) {
    return Fail(FailureKind::Arithmetic, fmt::format("the negative of {} does not fit into 64 bits", value.AsInt()));
  }
  return Value::Int(-value.AsInt());
}

}  // namespace

std::span<const Operation> AllOperations() { return kAll; }
std::string_view OperationName(Operation operation) { return kOperations[static_cast<size_t>(operation)].name; }
std::string_view OperationSpelling(Operation operation) { return kOperations[static_cast<size_t>(operation)].spelling; }
int OperandCount(Operation operation) { return kOperations[static_cast<size_t>(operation)].operands; }

std::optional<Operation> OperationFromName(std::string_view name) {
  for (size_t i = 0; i < std::size(kOperations); ++i) {
    if (kOperations[i].name == name) {
      return static_cast<Operation>(i);
    }
  }
  return std::nullopt;
}

bool IsComparison(Operation operation) { return operation >= Operation::Equal && operation <= Operation::GreaterEqual; }

std::optional<Operation> LibraryOperation(std::string_view function) {
  for (size_t i = 0; i < std::size(kLibrary); ++i) {
    if (kOperations[i].spelling == function) {
      return static_cast<Operation>(i);
    }
  }
  return std::nullopt;
}

Result<Value> Apply(Operation operation, std::span<const Value> operands) {
  if (static_cast<size_t>(operation) < std::size(kLibrary)) {
    return kLibrary[static_cast<size_t>(operation)](operands);
  }
  const Value& first = operands[0];
  switch (operation) {
    case Operation::Negate:
      return Negate(first);
    case Operation::Not:
      return Value::Bool(!first.AsBool());
    case Operation::Add:
    case Operation::Subtract:
    case Operation::Multiply:
    case Operation::Divide:
    case Operation::Remainder:
      return Arithmetic(operation, first, operands[1]);
    case Operation::Equal:
      return Value::Bool(ValuesEqual(first, operands[1]));
    case Operation::NotEqual:
      return Value::Bool(!ValuesEqual(first, operands[1]));
    case Operation::Less:
      return Value::Bool(Order(first, operands[1]) < 0);
    case Operation::LessEqual:
      return Value::Bool(Order(first, operands[1]) <= 0);
    case Operation::Greater:
      return Value::Bool(Order(first, operands[1]) > 0);
    case Operation::GreaterEqual:
      return Value::Bool(Order(first, operands[1]) >= 0);
    case Operation::In:
      return Value::Bool(Contains(first, operands[1]));
    case Operation::Index:
      return ItemAt(first, operands[1].AsInt());
    case Operation::Length:
      return Length(first);
    case Operation::ToFloat:
      return Value::Float(first.AsNumber());
    case Operation::Display:
      return first.is_string() ? first : first.is_bytes() ? AsPlain(first) : Value::String(ToJson(first));
    case Operation::Flatten:
      return first.is_stream() ? FlattenedStream(first) : Flatten(first.AsList());
    case Operation::Lookup: {
      const Value* item = first.Field(operands[1].AsString());
      return item != nullptr ? *item : Value();
    }
    case Operation::Entries:
      return Entries(first.AsRecord());
    case Operation::Member:
      return Member(AsPlain(first), operands[1]);
    case Operation::MemberOrNull: {
      const Value plain = AsPlain(first);
      const Value* member = FindMember(plain, operands[1]);
      return member != nullptr ? *member : Value();
    }
    default:
      break;  // the library's
  }
  return Value();
}

}  // namespace plait
