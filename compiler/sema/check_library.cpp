// Calls of the standard library's own functions, whose types may hold variables: N is a number, K anything with an order, others any type.

#include <algorithm>

#include "compiler/sema/body_checker.h"
#include "compiler/sema/types.h"

namespace plait::sema {
namespace {

bool HasOrder(const Type& type) { return type.is_number() || type.Is(TypeKind::String) || type.Is(TypeKind::Bool); }

bool MayBe(const std::string& variable, const Type& type) {
  if (type.Is(TypeKind::Never)) {
    return true;
  }
  if (variable == "X" || variable == "F") {
    return type.Is(TypeKind::Tensor) && (variable == "X" || IsFloating(type.element()));
  }
  if (variable == "Y") {
    return type.Is(TypeKind::Tensor);
  }
  return variable == "N" ? type.is_number() : variable == "K" ? HasOrder(type) : !type.Is(TypeKind::Stream);
}

}  // namespace

bool HasVariable(const Type& type) {
  switch (type.kind()) {
    case TypeKind::Variable:
      return true;
    case TypeKind::Tensor:
      return !ElementTypeFromName(type.name());
    case TypeKind::List:
    case TypeKind::Optional:
    case TypeKind::Map:
    case TypeKind::Stream:
      return HasVariable(type.item());
    case TypeKind::Anonymous:
    case TypeKind::Union:
      return std::ranges::any_of(type.fields(), [](const Type::Field& field) { return HasVariable(field.type); });
    default:
      return false;
  }
}

void CollectDims(const Type& type, std::set<std::string>& names) {
  switch (type.kind()) {
    case TypeKind::Tensor:
      for (size_t i = 0; i < type.dims().size(); ++i) {
        if (!type.FixedDim(i) && type.dims()[i] != kAnyDim) {
          names.insert(type.dims()[i]);
        }
      }
      return;
    case TypeKind::List:
    case TypeKind::Optional:
    case TypeKind::Map:
    case TypeKind::Anonymous:
    case TypeKind::Union:
      std::ranges::for_each(type.fields(), [&](const Type::Field& field) { CollectDims(field.type, names); });
      return;
    default:
      return;
  }
}

bool HasDimVariable(const Type& type) {
  std::set<std::string> names;
  CollectDims(type, names);
  return !names.empty();
}

namespace {

/// What is known about a call's tensor; a dimension that nothing tells may be any.
Type KnownTensor(const Inference& inference, const Type& type) {
  std::vector<std::string> dims;
  for (size_t i = 0; i < type.dims().size(); ++i) {
    auto found = inference.dims.find(type.dims()[i]);
    dims.push_back(type.FixedDim(i) ? type.dims()[i] : found == inference.dims.end() ? std::string(kAnyDim) : found->second);
  }
  bool is_known = ElementTypeFromName(type.name()) || inference.element.empty();
  return Type::Tensor(is_known ? type.name() : inference.element, std::move(dims));
}

/// Notes what a tensor tells of the dimensions and elements of `declared`; what does not go together is for whoever converts it to say.
bool LearnTensor(Inference& inference, const Type& declared, const Type& given) {
  bool has_element = ElementTypeFromName(declared.name()).has_value();
  if (!given.Is(TypeKind::Tensor)) {
    return has_element;
  }
  if (!has_element && !IsFloating(given.element())) {
    return false;
  }
  if (!has_element && inference.element.empty()) {
    inference.element = given.name();
  }
  for (size_t i = 0; i < std::min(declared.dims().size(), given.dims().size()); ++i) {
    std::string& bound = inference.dims.try_emplace(declared.dims()[i], given.dims()[i]).first->second;
    bound = bound == kAnyDim ? given.dims()[i] : bound;
  }
  return true;
}

}  // namespace

Type Inference::Known(const Type& type) const {
  switch (type.kind()) {
    case TypeKind::Variable: {
      auto found = types.find(type.name());
      return found == types.end() ? type : found->second;
    }
    case TypeKind::Tensor:
      return KnownTensor(*this, type);
    case TypeKind::List:
      return Type::List(Known(type.item()));
    case TypeKind::Optional:
      return Type::Optional(Known(type.item()));
    case TypeKind::Map:
      return Type::Map(Known(type.item()));
    case TypeKind::Stream:
      return Type::Stream(Known(type.item()));
    case TypeKind::Union: {
      std::vector<Type> members;
      for (const Type::Field& member : type.members()) {
        members.push_back(Known(member.type));
      }
      return Type::Union(members);
    }
    case TypeKind::Anonymous: {
      std::vector<Type::Field> fields;
      for (const Type::Field& field : type.fields()) {
        fields.push_back({field.name, Known(field.type)});
      }
      return Type::Anonymous(std::move(fields));
    }
    default:
      return type;
  }
}

bool Inference::Learn(const Type& declared, const Type& given) {
  if (declared.Is(TypeKind::Variable)) {
    if (given.Is(TypeKind::Null) || given.Is(TypeKind::Optional) || !MayBe(declared.name(), given)) {
      return false;
    }
    if (!given.Is(TypeKind::Never)) {
      types.try_emplace(declared.name(), given);
    }
    if (declared.name() == "X" || declared.name() == "F") {
      types.try_emplace("Y", RowOf(given));
    } else if (declared.name() == "Y") {
      std::vector<std::string> stacked = {std::string(kAnyDim)};
      stacked.insert(stacked.end(), given.dims().begin(), given.dims().end());
      types.try_emplace("X", Type::Tensor(given.name(), std::move(stacked)));
    }
    return true;
  }
  if (declared.Is(TypeKind::Optional)) {
    return given.Is(TypeKind::Null) || Learn(declared.item(), WithoutOptional(given));
  }
  if (declared.Is(TypeKind::Tensor)) {
    return LearnTensor(*this, declared, given);
  }
  if (declared.Is(TypeKind::Union)) {
    return std::ranges::any_of(declared.members(), [&](const Type::Field& member) { return Learn(member.type, given); });
  }
  bool is_container = declared.Is(TypeKind::List) || declared.Is(TypeKind::Map) || declared.Is(TypeKind::Stream);
  return is_container && declared.kind() == given.kind() ? Learn(declared.item(), given.item()) : !HasVariable(declared);
}

/// An argument for a parameter whose type holds a variable that no argument before has told.
ExprId BodyChecker::CheckInferred(ExprId value, const Expectation& want, Inference& inference) {
  const Type given = TypeOf(value);
  if (given.is_error()) {
    return value;
  }
  if (!inference.Learn(want.type, given)) {
    ReportInference(value, want);
    return AddError(SpanOf(value));
  }
  Type known = inference.Known(want.type);
  return HasVariable(known) ? value : Convert(value, want.Of(std::move(known)));
}

void BodyChecker::ReportInference(ExprId value, const Expectation& want) {
  const Type* inner = &want.type;
  while (inner->Is(TypeKind::List) || inner->Is(TypeKind::Optional) || inner->Is(TypeKind::Map)) {
    inner = &inner->item();
  }
  std::string_view items = inner->Is(TypeKind::Variable) && inner->name() == "N"   ? " of numbers"
                           : inner->Is(TypeKind::Variable) && inner->name() == "K" ? " of numbers, strings or bools"
                                                                                   : "";
  std::string_view container = want.type.Is(TypeKind::Union)                                      ? "a list or a stream"
                               : want.type.Is(TypeKind::List) || want.type.Is(TypeKind::Optional) ? "a list"
                               : want.type.Is(TypeKind::Map)                                      ? "a map"
                                                                                                  : "a value that is there";
  if (want.type.Is(TypeKind::Variable) && want.type.name() == "N") {
    container = "a number";
    items = "";
  }
  bool of_floats = inner->Is(TypeKind::Tensor) || (inner->Is(TypeKind::Variable) && inner->name() == "F");
  if (of_floats || (inner->Is(TypeKind::Variable) && (inner->name() == "X" || inner->name() == "Y"))) {
    container = inner == &want.type ? "a tensor" : "a list of tensors";
    items = of_floats ? " of f32 or f64" : "";
  }
  Diagnostic diagnostic =
      MakeDiagnostic(TypeOf(value).Is(TypeKind::Optional) ? DiagnosticKind::OptionalUnhandled : DiagnosticKind::TypeMismatch, SpanOf(value),
                     "expected {}{}, found `{}`", container, items, TypeOf(value).ToString());
  if (want.place.file.has_value()) {
    diagnostic.secondary.push_back({want.place, want.why});
  }
  Report(std::move(diagnostic));
}

ExprId BodyChecker::CallLibrary(Operation operation, const Signature& signature, BoundArguments bound, const Span& span) {
  if (operation == Operation::TensorReshape) {
    return CheckReshape(std::move(bound), span);
  }
  // Items that are their own keys must have an order.
  auto items = bound.inference.types.find("T");
  bool takes_keys = std::ranges::any_of(signature.parameters, [](const Parameter& parameter) {
    return parameter.type.Is(TypeKind::Optional) && parameter.type.item() == Type::List(Type::Variable("K"));
  });
  bool are_keys = takes_keys && !bound.inference.types.contains("K") && items != bound.inference.types.end();
  if (are_keys && !HasOrder(items->second)) {
    Report(MakeDiagnostic(DiagnosticKind::TypeMismatch, SpanOf(bound.values[0]), "items of `{}` have no order", items->second.ToString())
               .Fix("say what to order them by: `by: .field`"));
    return AddError(span);
  }
  // A variable that nothing told is the item of an empty list, whose sum is the int 0.
  bound.inference.types.try_emplace("N", Type::Of(TypeKind::Int));
  for (const char* name : {"T", "U", "K", "X", "Y"}) {
    bound.inference.types.try_emplace(name, Type::Of(TypeKind::Never));
  }
  Type result = bound.inference.Known(signature.result);
  if (!signature.parameters.empty() && signature.parameters[0].type.Is(TypeKind::Union) && TypeOf(bound.values[0]).Is(TypeKind::Stream)) {
    // What gives a list of a whole text or list gives a stream of one that comes in pieces; what gives one value waits for its end.
    if (result.Is(TypeKind::List)) {
      result = Type::Stream(result.item());
    } else {
      bound.values[0] = Collected(bound.values[0], span);
    }
  }
  return Add(std::move(result), span, Apply{operation, std::move(bound.values)});
}

}  // namespace plait::sema
