#include "runtime/exec/inputs.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "compiler/base/nearest.h"

namespace plait {
namespace {

Error Mismatch(const std::string& path, std::string message) { return {FailureKind::InputMismatch, std::move(message), path, {}}; }

Error WrongKind(const Value& value, const Type& type, const std::string& path) {
  constexpr size_t kShown = 40;
  std::string shown = ToJson(value);
  if (shown.size() > kShown) {
    shown.clear();
  }
  return Mismatch(path, fmt::format("expected {}, found {}{}{}", type.ToString(), value.KindName(),
                                    shown.empty() || value.is_null() ? "" : " ", value.is_null() ? "" : shown));
}

struct Expected {
  std::string name;
  const Type* type;
  const std::optional<Value>* default_value;
};

std::string ListNames(const std::vector<Expected>& expected) {
  std::string names;
  for (const Expected& field : expected) {
    names += fmt::format("{}{}: {}", names.empty() ? "" : ", ", field.name, field.type->ToString());
    if (field.default_value != nullptr && *field.default_value) {
      names += " = " + ToJson(**field.default_value);
    }
  }
  return names.empty() ? "none" : names;
}

/// `what` is "parameter" or "field".
Error Unknown(const std::string& name, const std::vector<Expected>& expected, std::string_view what, const std::string& path) {
  std::vector<std::string> candidates;
  for (const Expected& field : expected) {
    candidates.push_back(field.name);
  }
  Error error = Mismatch(path, fmt::format("no {} is called `{}`", what, name));
  if (std::optional<std::string> nearest = Nearest(name, candidates)) {
    error.notes.push_back({"did you mean", fmt::format("`{}`", *nearest)});
  }
  error.notes.push_back({fmt::format("{}s", what), ListNames(expected)});
  return error;
}

/// The object's fields in the order in which they are expected.
Result<ValueList> ConvertFields(const Value& object, const std::vector<Expected>& expected, const RecordTable& records,
                                std::string_view what, const std::string& path) {
  for (const auto& [name, value] : object.AsRecord()) {
    bool is_known = std::any_of(expected.begin(), expected.end(), [&](const Expected& field) { return field.name == name; });
    if (!is_known) {
      return Unknown(name, expected, what, path);
    }
  }
  ValueList values;
  for (const Expected& field : expected) {
    const Value* given = object.Field(field.name);
    if (given != nullptr) {
      PLAIT_TRY(Value value, ConvertInput(*given, *field.type, records, fmt::format("{}.{}", path, field.name)));
      values.push_back(std::move(value));
    } else if (field.default_value != nullptr && *field.default_value) {
      values.push_back(**field.default_value);
    } else if (field.type->Is(TypeKind::Optional)) {
      values.emplace_back();
    } else {
      Error error = Mismatch(path, fmt::format("the {} `{}: {}` is missing", what, field.name, field.type->ToString()));
      return std::move(error).WithNote(fmt::format("{}s", what), ListNames(expected));
    }
  }
  return values;
}

std::vector<Expected> FieldsOf(const Type& type, const RecordTable& records) {
  std::vector<Expected> expected;
  if (type.Is(TypeKind::Anonymous)) {
    for (const Type::Field& field : type.fields()) {
      expected.push_back({field.name, &field.type, nullptr});
    }
  } else if (auto record = records.find(type.name()); record != records.end()) {
    for (const RecordField& field : record->second) {
      expected.push_back({field.name, &field.type, &field.default_value});
    }
  }
  return expected;
}

Result<Value> ConvertObject(const Value& value, const Type& type, const RecordTable& records, const std::string& path) {
  if (!value.is_record()) {
    return WrongKind(value, type, path);
  }
  std::vector<Expected> expected = FieldsOf(type, records);
  PLAIT_TRY(ValueList values, ConvertFields(value, expected, records, "field", path));
  ValueFields fields;
  for (size_t i = 0; i < values.size(); ++i) {
    fields.emplace_back(expected[i].name, std::move(values[i]));
  }
  return Value::Record(std::move(fields));
}

Result<Value> ConvertList(const Value& value, const Type& type, const RecordTable& records, const std::string& path) {
  if (!value.is_list()) {
    return WrongKind(value, type, path);
  }
  ValueList items;
  for (const Value& item : value.AsList()) {
    PLAIT_TRY(Value converted, ConvertInput(item, type.item(), records, fmt::format("{}[{}]", path, items.size())));
    items.push_back(std::move(converted));
  }
  return Value::List(std::move(items));
}

}  // namespace

Result<Value> ConvertInput(const Value& value, const Type& type, const RecordTable& records, const std::string& path) {
  bool fits = false;
  switch (type.kind()) {
    case TypeKind::Optional:
      return value.is_null() ? Result<Value>(value) : ConvertInput(value, type.item(), records, path);
    case TypeKind::List:
      return ConvertList(value, type, records, path);
    case TypeKind::Record:
    case TypeKind::Anonymous:
      return ConvertObject(value, type, records, path);
    case TypeKind::Float:
      if (value.is_int()) {
        return Value::Float(value.AsNumber());
      }
      fits = value.is_float();
      break;
    case TypeKind::Int:
      fits = value.is_int();
      break;
    case TypeKind::Bool:
      fits = value.is_bool();
      break;
    case TypeKind::String:
      fits = value.is_string();
      break;
    case TypeKind::Null:
      fits = value.is_null();
      break;
    case TypeKind::Json:
      fits = true;
      break;
    case TypeKind::Error:
    case TypeKind::Never:
      break;
  }
  return fits ? Result<Value>(value) : WrongKind(value, type, path);
}

Result<std::vector<Value>> BindInputs(const plan::Entry& entry, const RecordTable& records, const Value& request) {
  if (!request.is_record()) {
    return Mismatch("$", fmt::format("expected an object of arguments by name, found {}", request.KindName()));
  }
  std::vector<Expected> expected;
  for (const plan::Parameter& parameter : entry.parameters) {
    expected.push_back({parameter.name, &parameter.type, &parameter.default_value});
  }
  Result<ValueList> bound = ConvertFields(request, expected, records, "parameter", "$");
  if (!bound.ok()) {
    return std::move(bound).error().WithNote("called", fmt::format("`{}`", entry.name));
  }
  return *std::move(bound);
}

Result<void> CheckFinite(const Value& value, const std::string& path) {
  if (value.is_float() && !std::isfinite(value.AsFloat())) {
    return Error{FailureKind::Arithmetic, "the result holds a number that is not finite", path, {}};
  }
  if (value.is_list()) {
    for (size_t i = 0; i < value.AsList().size(); ++i) {
      PLAIT_TRY_VOID(CheckFinite(value.AsList()[i], fmt::format("{}[{}]", path, i)));
    }
  }
  if (value.is_record()) {
    for (const auto& [name, field] : value.AsRecord()) {
      PLAIT_TRY_VOID(CheckFinite(field, fmt::format("{}.{}", path, name)));
    }
  }
  return {};
}

}  // namespace plait
