#include "compiler/ir/fits.h"

#include <algorithm>
#include <cmath>

namespace plait::ir {
namespace {

/// Calls `fits` on each field's name and type until one does not; false too where the record is unknown.
template <class Fits>
bool AllFields(const Type& type, const RecordTable& records, size_t count, Fits fits) {
  if (type.Is(TypeKind::Anonymous)) {
    return type.fields().size() == count &&
           std::all_of(type.fields().begin(), type.fields().end(), [&](const Type::Field& field) { return fits(field.name, field.type); });
  }
  auto found = records.find(type.name());
  return found != records.end() && found->second.size() == count &&
         std::all_of(found->second.begin(), found->second.end(), [&](const RecordField& field) { return fits(field.name, field.type); });
}

bool RecordFits(const Type& wanted, const Type& anonymous, const RecordTable& records) {
  const std::vector<Type::Field>& given = anonymous.fields();
  return AllFields(wanted, records, given.size(), [&](const std::string& name, const Type& type) {
    auto field = std::find_if(given.begin(), given.end(), [&](const Type::Field& candidate) { return candidate.name == name; });
    return field != given.end() && TypeFits(type, field->type, records);
  });
}

bool FieldsFit(const Value& value, const Type& type, const RecordTable& records) {
  return value.is_record() && AllFields(type, records, value.AsRecord().size(), [&](const std::string& name, const Type& field_type) {
           const Value* field = value.Field(name);
           return field != nullptr && ValueFits(*field, field_type, records);
         });
}

}  // namespace

const Type& WithoutOptional(const Type& type) { return type.Is(TypeKind::Optional) ? type.item() : type; }

bool TypeFits(const Type& wanted, const Type& given, const RecordTable& records) {
  if (wanted.is_error() || given.is_error()) {
    return false;
  }
  if (given.Is(TypeKind::Never) || wanted.Is(TypeKind::Json) || wanted == given) {
    return true;
  }
  if (wanted.Is(TypeKind::Optional) || given.Is(TypeKind::Optional)) {
    return (wanted.Is(TypeKind::Optional) && given.Is(TypeKind::Null)) ||
           TypeFits(WithoutOptional(wanted), WithoutOptional(given), records);
  }
  if (wanted.Is(TypeKind::List) && given.Is(TypeKind::List)) {
    return TypeFits(wanted.item(), given.item(), records);
  }
  bool wants_record = wanted.Is(TypeKind::Record) || wanted.Is(TypeKind::Anonymous);
  return wants_record && given.Is(TypeKind::Anonymous) && RecordFits(wanted, given, records);
}

bool ValueFits(const Value& value, const Type& type, const RecordTable& records) {
  switch (type.kind()) {
    case TypeKind::Error:
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
    case TypeKind::Json:
      return !value.is_float() || std::isfinite(value.AsFloat());
    case TypeKind::Optional:
      return value.is_null() || ValueFits(value, type.item(), records);
    case TypeKind::List:
      return value.is_list() && std::all_of(value.AsList().begin(), value.AsList().end(),
                                            [&](const Value& item) { return ValueFits(item, type.item(), records); });
    case TypeKind::Record:
    case TypeKind::Anonymous:
      return FieldsFit(value, type, records);
  }
  return false;
}

}  // namespace plait::ir
