#include "compiler/passes/placeholder.h"

#include <utility>

namespace plait {

Value PlaceholderOf(const Type& type, const TypeTable& types) {
  switch (type.kind()) {
    case TypeKind::Bool:
      return Value::Bool(false);
    case TypeKind::Int:
      return Value::Int(0);
    case TypeKind::Float:
      return Value::Float(0);
    case TypeKind::String:
      return Value::String("");
    case TypeKind::Bytes:
      return Value::Bytes("");
    case TypeKind::Tensor: {
      // Small whatever the sizes that the type states: see `ValueFits`.
      return Value::OfTensor(MakeTensor(type.element(), std::vector<int64_t>(type.dims().size(), 0)));
    }
    case TypeKind::List:
      return Value::List({});
    case TypeKind::Record: {
      ValueFields fields;
      for (const RecordField& field : types.records.at(type.name())) {
        fields.emplace_back(field.name, PlaceholderOf(field.type, types));
      }
      return Value::Record(std::move(fields));
    }
    case TypeKind::Anonymous: {
      ValueFields fields;
      for (const Type::Field& field : type.fields()) {
        fields.emplace_back(field.name, PlaceholderOf(field.type, types));
      }
      return Value::Record(std::move(fields));
    }
    case TypeKind::Map:
      return Value::Record({});
    case TypeKind::Enum:
      return Value::String(types.enums.at(type.name()).front().label);
    case TypeKind::Union:
      return PlaceholderOf(type.members()[0].type, types);
    case TypeKind::Stream:
    case TypeKind::Variable:
    case TypeKind::Error:
    case TypeKind::Never:
    case TypeKind::Null:
    case TypeKind::Json:
    case TypeKind::Optional:
      break;
  }
  return {};
}

}  // namespace plait
