#include "compiler/base/convert.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "compiler/base/nearest.h"
#include "compiler/base/tensor_values.h"

namespace plait {
namespace {

/// Calls `fits` on each field's name and type until one does not; false too where the record is unknown.
template <class Fits>
bool AllFields(const Type& type, const TypeTable& types, size_t count, Fits fits) {
  if (type.Is(TypeKind::Anonymous)) {
    return type.fields().size() == count &&
           std::ranges::all_of(type.fields(), [&](const auto& field) { return fits(field.name, field.type); });
  }
  const std::vector<RecordField>* fields = types.FindRecord(type.name());
  return fields != nullptr && fields->size() == count &&
         std::ranges::all_of(*fields, [&](const auto& field) { return fits(field.name, field.type); });
}

bool FieldsFit(const Value& value, const Type& type, const TypeTable& types) {
  return value.is_record() && AllFields(type, types, value.AsRecord().size(), [&](const std::string& name, const Type& field_type) {
           const Value* field = value.Field(name);
           return field != nullptr && ValueFits(*field, field_type, types);
         });
}

bool IsLabelOf(const Value& value, const Type& type, const TypeTable& types) {
  const std::vector<EnumVariant>* variants = types.FindEnum(type.name());
  return value.is_string() && variants != nullptr && std::ranges::find(*variants, value.AsString(), &EnumVariant::label) != variants->end();
}

bool ShapeFits(const Tensor& tensor, const Type& type) {
  bool fits = tensor.element == type.element() && tensor.shape.size() == type.dims().size();
  if (std::ranges::all_of(tensor.shape, [](int64_t size) { return size == 0; })) {
    return fits;
  }
  for (size_t i = 0; fits && i < tensor.shape.size(); ++i) {
    fits = type.FixedDim(i).value_or(tensor.shape[i]) == tensor.shape[i];
  }
  return fits;
}

Error Mismatch(const std::string& path, std::string message) { return {FailureKind::InputMismatch, std::move(message), path, {}}; }

Error WrongKind(const Value& value, const Type& type, const std::string& path) {
  constexpr size_t kShown = 40;
  std::string shown = value.is_null() ? "" : ToJson(value);
  if (shown.size() > kShown) {
    shown.clear();
  }
  return Mismatch(path, fmt::format("expected {}, found {}{}{}", type.ToString(), value.KindName(), shown.empty() ? "" : " ", shown));
}

std::string ListNames(const std::vector<RecordField>& declared) {
  std::string names;
  for (const RecordField& field : declared) {
    names += fmt::format("{}{}: {}", names.empty() ? "" : ", ", field.name, field.type.ToString());
    if (field.default_value) {
      names += " = " + ToJson(*field.default_value);
    }
  }
  return names.empty() ? "none" : names;
}

Error Unknown(const std::string& name, const std::vector<RecordField>& declared, std::string_view what, const std::string& path) {
  std::vector<std::string> candidates;
  std::ranges::transform(declared, std::back_inserter(candidates), &RecordField::name);
  Error error = Mismatch(path, fmt::format("no {} is called `{}`", what, name));
  if (std::optional<std::string> nearest = Nearest(name, candidates)) {
    error.notes.push_back({"did you mean", fmt::format("`{}`", *nearest)});
  }
  error.notes.push_back({fmt::format("{}s", what), ListNames(declared)});
  return error;
}

class Converter {
 public:
  Converter(const TypeTable& types, Conversion conversion) : types_(types), conversion_(conversion) {}

  Result<Value> Convert(const Value& value, const Type& type, const std::string& path) {
    bool is_wrapped = value.is_tensor() || value.is_bytes();
    bool keeps = type.Is(TypeKind::Tensor) || type.Is(TypeKind::Bytes) || type.Is(TypeKind::Json) || type.Is(TypeKind::Optional) ||
                 type.Is(TypeKind::Union);
    return is_wrapped && !keeps ? ConvertPlain(AsPlain(value), type, path) : ConvertPlain(value, type, path);
  }

  Result<Value> ConvertPlain(const Value& value, const Type& type, const std::string& path) {
    switch (type.kind()) {
      case TypeKind::Optional:
        return value.is_null() ? Result<Value>(value) : Convert(value, type.item(), path);
      case TypeKind::List:
        return List(value, type, path);
      case TypeKind::Map:
        return Map(value, type, path);
      case TypeKind::Record:
      case TypeKind::Anonymous:
        return Record(value, type, path);
      case TypeKind::Union:
        return Union(value, type, path);
      case TypeKind::Enum:
        return Enum(value, type, path);
      case TypeKind::Float:
        return value.is_int() ? Result<Value>(Value::Float(value.AsNumber())) : AsItIs(value, type, path);
      case TypeKind::Int:
        return Int(value, type, path);
      case TypeKind::Tensor:
        return value.is_list() || value.is_tensor() ? ToTensor(value, type, path) : WrongKind(value, type, path);
      case TypeKind::Bytes:
        return value.is_string() ? BytesFromText(value.AsString(), path) : AsItIs(value, type, path);
      default:
        return AsItIs(value, type, path);
    }
  }

  Result<ValueList> Fields(const Value& object, const std::vector<RecordField>& declared, std::string_view what, const std::string& path) {
    for (const auto& [name, value] : object.AsRecord()) {
      if (std::ranges::find(declared, name, &RecordField::name) == declared.end()) {
        return Unknown(name, declared, what, path);
      }
    }
    ValueList values;
    for (const RecordField& field : declared) {
      const Value* given = object.Field(field.name);
      if (given != nullptr) {
        PLAIT_TRY(Value value, Convert(*given, field.type, fmt::format("{}.{}", path, field.name)));
        values.push_back(std::move(value));
      } else if (field.default_value) {
        values.push_back(*field.default_value);
      } else if (field.type.Is(TypeKind::Optional)) {
        values.emplace_back();
      } else {
        Error error = Mismatch(path, fmt::format("the {} `{}: {}` is missing", what, field.name, field.type.ToString()));
        return std::move(error).WithNote(fmt::format("{}s", what), ListNames(declared));
      }
    }
    return values;
  }

 private:
  Result<Value> AsItIs(const Value& value, const Type& type, const std::string& path) {
    return ValueFits(value, type, types_) ? Result<Value>(value) : WrongKind(value, type, path);
  }

  Result<Value> Int(const Value& value, const Type& type, const std::string& path) {
    std::optional<int64_t> whole =
        conversion_ == Conversion::Cast && value.is_float() ? WholeNumber(value.AsFloat()) : std::optional<int64_t>();
    return whole ? Result<Value>(Value::Int(*whole)) : AsItIs(value, type, path);
  }

  Result<Value> Enum(const Value& value, const Type& type, const std::string& path) {
    if (ValueFits(value, type, types_)) {
      return value;
    }
    Error error = WrongKind(value, type, path);
    std::vector<std::string> labels;
    if (const std::vector<EnumVariant>* variants = types_.FindEnum(type.name())) {
      std::ranges::transform(*variants, std::back_inserter(labels), [](const EnumVariant& variant) { return QuoteJson(variant.label); });
    }
    return std::move(error).WithNote("labels", fmt::format("{}", fmt::join(labels, ", ")));
  }

  Result<Value> Union(const Value& value, const Type& type, const std::string& path) {
    if (ValueFits(value, type, types_)) {
      return value;
    }
    for (const Type::Field& member : type.members()) {
      Result<Value> converted = Convert(value, member.type, path);
      if (converted.ok()) {
        return converted;
      }
    }
    return WrongKind(value, type, path);
  }

  Result<Value> List(const Value& value, const Type& type, const std::string& path) {
    if (!value.is_list()) {
      return WrongKind(value, type, path);
    }
    ValueList items;
    for (const Value& item : value.AsList()) {
      PLAIT_TRY(Value converted, Convert(item, type.item(), fmt::format("{}[{}]", path, items.size())));
      items.push_back(std::move(converted));
    }
    return Value::List(std::move(items));
  }

  Result<Value> Map(const Value& value, const Type& type, const std::string& path) {
    if (!value.is_record()) {
      return WrongKind(value, type, path);
    }
    ValueFields items;
    for (const auto& [key, item] : value.AsRecord()) {
      PLAIT_TRY(Value converted, Convert(item, type.item(), fmt::format("{}[{}]", path, QuoteJson(key))));
      items.emplace_back(key, std::move(converted));
    }
    return Value::Record(std::move(items));
  }

  Result<Value> Record(const Value& value, const Type& type, const std::string& path) {
    if (!value.is_record()) {
      return WrongKind(value, type, path);
    }
    if (type.Is(TypeKind::Record)) {
      static const std::vector<RecordField> kNone;
      const std::vector<RecordField>* declared = types_.FindRecord(type.name());
      return WithFields(value, declared == nullptr ? kNone : *declared, path);
    }
    std::vector<RecordField> declared;
    std::ranges::transform(type.fields(), std::back_inserter(declared),
                           [](const Type::Field& field) { return RecordField{field.name, field.type, {}}; });
    return WithFields(value, declared, path);
  }

  Result<Value> WithFields(const Value& value, const std::vector<RecordField>& declared, const std::string& path) {
    PLAIT_TRY(ValueList values, Fields(value, declared, "field", path));
    ValueFields fields;
    for (size_t i = 0; i < values.size(); ++i) {
      fields.emplace_back(declared[i].name, std::move(values[i]));
    }
    return Value::Record(std::move(fields));
  }

  const TypeTable& types_;
  Conversion conversion_;
};

}  // namespace

bool ValueFits(const Value& value, const Type& type, const TypeTable& types) {
  switch (type.kind()) {
    case TypeKind::Error:
    case TypeKind::Stream:
    case TypeKind::Variable:
      return false;
    case TypeKind::Never:
    case TypeKind::Null:
      return value.is_null();
    case TypeKind::Bool:
      return value.is_bool();
    case TypeKind::Int:
      return value.is_int();
    case TypeKind::Float:
      return value.is_float() && std::isfinite(value.AsFloat());
    case TypeKind::String:
      return value.is_string();
    case TypeKind::Bytes:
      return value.is_bytes();
    case TypeKind::Tensor:
      return value.is_tensor() && ShapeFits(value.AsTensor(), type);
    case TypeKind::Json:
      return !value.is_float() || std::isfinite(value.AsFloat());
    case TypeKind::Optional:
      return value.is_null() || ValueFits(value, type.item(), types);
    case TypeKind::List:
      return value.is_list() && std::ranges::all_of(value.AsList(), [&](const Value& item) { return ValueFits(item, type.item(), types); });
    case TypeKind::Map:
      return value.is_record() &&
             std::ranges::all_of(value.AsRecord(), [&](const auto& entry) { return ValueFits(entry.second, type.item(), types); });
    case TypeKind::Record:
    case TypeKind::Anonymous:
      return FieldsFit(value, type, types);
    case TypeKind::Enum:
      return IsLabelOf(value, type, types);
    case TypeKind::Union:
      return std::ranges::any_of(type.members(), [&](const Type::Field& member) { return ValueFits(value, member.type, types); });
  }
  return false;
}

Result<Value> ConvertValue(const Value& value, const Type& type, const TypeTable& types, Conversion conversion, const std::string& path) {
  return Converter(types, conversion).Convert(value, type, path);
}

Result<Value> CastValue(const Value& value, const Type& type, const TypeTable& types) {
  Result<Value> cast = ConvertValue(value, type, types, Conversion::Cast, "$");
  if (cast.ok()) {
    return cast;
  }
  const Error& error = cast.error();
  std::string_view part = std::string_view(error.place).substr(std::min<size_t>(error.place.size(), 1));
  std::string where = part.empty() ? "" : fmt::format(" at `{}`", part.starts_with('.') ? part.substr(1) : part);
  return Error{FailureKind::CastFailed, fmt::format("`as {}`{}: {}", type.ToString(), where, error.message), "", error.notes};
}

Result<ValueList> ConvertFields(const Value& object, const std::vector<RecordField>& declared, const TypeTable& types,
                                Conversion conversion, std::string_view what, const std::string& path) {
  return Converter(types, conversion).Fields(object, declared, what, path);
}

}  // namespace plait
