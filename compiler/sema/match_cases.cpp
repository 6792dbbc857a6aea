#include "compiler/sema/match_cases.h"

#include <algorithm>

#include <fmt/format.h>

#include "compiler/sema/types.h"

namespace plait::sema {
namespace {

std::string NameOf(const Type& type) { return fmt::format("`{}`", type.ToString()); }

/// Each variant of an enum and each bool is a case; any other member of a union is one.
void AddCases(const TypeTable& types, const Type& member, std::vector<std::string>& cases) {
  if (member.Is(TypeKind::Bool)) {
    cases.insert(cases.end(), {"`true`", "`false`"});
  } else if (const auto* variants = member.Is(TypeKind::Enum) ? types.FindEnum(member.name()) : nullptr) {
    std::ranges::transform(*variants, std::back_inserter(cases),
                           [](const EnumVariant& variant) { return fmt::format("`{}`", variant.name); });
  } else {
    cases.push_back(NameOf(member));
  }
}

std::vector<std::string> CasesOf(const TypeTable& types, const Type& type) {
  std::vector<std::string> cases;
  for (const Type& member : MatchCases::Members(type)) {
    AddCases(types, member, cases);
  }
  if (type.Is(TypeKind::Optional) || type.Is(TypeKind::Null)) {
    cases.emplace_back("`null`");
  }
  return cases;
}

}  // namespace

MatchCases::MatchCases(const TypeTable& types, const Type& matched) : open_(CasesOf(types, matched)) {}

std::vector<Type> MatchCases::Members(const Type& type) {
  const Type& bare = WithoutOptional(type);
  std::vector<Type> members;
  if (bare.Is(TypeKind::Union)) {
    std::ranges::transform(bare.members(), std::back_inserter(members), &Type::Field::type);
  } else if (!bare.Is(TypeKind::Null)) {
    members.push_back(bare);
  }
  return members;
}

std::optional<Type> MatchCases::MemberFor(const Type& matched, const Type& literal) {
  if (literal.Is(TypeKind::Null)) {
    return matched.Is(TypeKind::Optional) || matched.Is(TypeKind::Null) ? std::optional(literal) : std::nullopt;
  }
  std::vector<Type> members = Members(matched);
  auto found = std::ranges::find(members, literal);
  if (found == members.end() && literal.Is(TypeKind::Int)) {
    found = std::ranges::find(members, Type::Of(TypeKind::Float));
  }
  return found != members.end() ? std::optional(*found) : std::nullopt;
}

MatchCases::Covered MatchCases::OfType(const TypeTable& types, const Type& matched, const Type& tested) {
  Covered covered;
  for (const Type& member : Members(matched)) {
    if (FitsAsIs(member, tested)) {
      AddCases(types, member, covered.cases);
    }
  }
  bool takes_null = tested.Is(TypeKind::Optional) || tested.Is(TypeKind::Null);
  if (takes_null && (matched.Is(TypeKind::Optional) || matched.Is(TypeKind::Null))) {
    covered.cases.emplace_back("`null`");
  }
  return covered;
}

MatchCases::Covered MatchCases::OfValue(const TypeTable& types, const Type& member, const Value& value) {
  if (value.is_null()) {
    return {false, {"`null`"}, std::nullopt};
  }
  if (member.Is(TypeKind::Bool)) {
    return {false, {value.AsBool() ? "`true`" : "`false`"}, std::nullopt};
  }
  if (const auto* variants = member.Is(TypeKind::Enum) ? types.FindEnum(member.name()) : nullptr) {
    auto variant = std::ranges::find(*variants, value.AsString(), &EnumVariant::label);
    return {false, {variant == variants->end() ? "" : fmt::format("`{}`", variant->name)}, std::nullopt};
  }
  return {false, {}, std::pair(NameOf(member), ToJson(value))};
}

bool MatchCases::IsOpen(const std::string& name) const { return std::ranges::find(open_, name) != open_.end(); }

void MatchCases::TakeUnknown() {
  open_.clear();
  is_known_ = false;
}

bool MatchCases::Take(const Covered& covered, bool for_good) {
  if (!is_known_) {
    return true;
  }
  if (covered.is_everything) {
    bool takes_some = !open_.empty();
    if (for_good) {
      open_.clear();
    }
    return takes_some;
  }
  if (covered.value) {
    bool is_new = for_good ? values_.insert(*covered.value).second : !values_.contains(*covered.value);
    return IsOpen(covered.value->first) && is_new;
  }
  bool takes_some = std::ranges::any_of(covered.cases, [&](const std::string& name) { return IsOpen(name); });
  if (for_good) {
    std::erase_if(open_, [&](const std::string& name) { return std::ranges::find(covered.cases, name) != covered.cases.end(); });
  }
  return takes_some;
}

}  // namespace plait::sema
