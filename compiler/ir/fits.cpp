#include "compiler/ir/fits.h"

#include <algorithm>

namespace plait::ir {
namespace {

bool RecordFits(const Type& wanted, const Type& anonymous, const TypeTable& types) {
  const std::vector<Type::Field>& given = anonymous.fields();
  auto has = [&](const auto& wanted_field) {
    auto field = std::ranges::find(given, wanted_field.name, &Type::Field::name);
    return field != given.end() && TypeFits(wanted_field.type, field->type, types);
  };
  if (wanted.Is(TypeKind::Anonymous)) {
    return wanted.fields().size() == given.size() && std::ranges::all_of(wanted.fields(), has);
  }
  const std::vector<RecordField>* fields = types.FindRecord(wanted.name());
  return fields != nullptr && fields->size() == given.size() && std::ranges::all_of(*fields, has);
}

/// Either side may be a union.
bool UnionFits(const Type& wanted, const Type& given, const TypeTable& types) {
  if (wanted.Is(TypeKind::Union) && given.Is(TypeKind::Union)) {
    return std::ranges::any_of(given.members(), [&](const Type::Field& member) { return UnionFits(wanted, member.type, types); });
  }
  const std::vector<Type::Field>& members = wanted.Is(TypeKind::Union) ? wanted.members() : given.members();
  return std::ranges::any_of(members, [&](const Type::Field& member) {
    return wanted.Is(TypeKind::Union) ? TypeFits(member.type, given, types) : TypeFits(wanted, member.type, types);
  });
}

}  // namespace

bool TypeFits(const Type& wanted, const Type& given, const TypeTable& types) {
  if (wanted.is_error() || given.is_error()) {
    return false;
  }
  if (given.Is(TypeKind::Never) || (wanted.Is(TypeKind::Json) && !given.Is(TypeKind::Stream)) || wanted == given) {
    return true;
  }
  if (wanted.Is(TypeKind::Optional) || given.Is(TypeKind::Optional)) {
    return (wanted.Is(TypeKind::Optional) && given.Is(TypeKind::Null)) || TypeFits(WithoutOptional(wanted), WithoutOptional(given), types);
  }
  if (wanted.Is(TypeKind::Union) || given.Is(TypeKind::Union)) {
    return UnionFits(wanted, given, types);
  }
  if (wanted.Is(TypeKind::Tensor) && given.Is(TypeKind::Tensor)) {
    // The checker has compared the dimensions; inlining may put a size in the place of a variable.
    return wanted.name() == given.name() && wanted.dims().size() == given.dims().size();
  }
  if (wanted.kind() == given.kind() && (wanted.Is(TypeKind::List) || wanted.Is(TypeKind::Map) || wanted.Is(TypeKind::Stream))) {
    return TypeFits(wanted.item(), given.item(), types);
  }
  return wanted.is_record() && given.Is(TypeKind::Anonymous) && RecordFits(wanted, given, types);
}

}  // namespace plait::ir
