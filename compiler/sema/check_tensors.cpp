// Tensors in expressions: literals, dimensions that must agree, and the shape that a reshape gives.

#include <algorithm>

#include "compiler/base/tensor_values.h"
#include "compiler/sema/body_checker.h"
#include "compiler/sema/fold.h"
#include "compiler/sema/types.h"

namespace plait::sema {

/// Nested lists of numbers where a tensor is wanted: a constant where it can be, else lists that are made one.
ExprId BodyChecker::CheckTensorLiteral(const ast::List& node, const At& at, const Type& tensor) {
  Type lists = Type::Of(tensor.element() == TensorElement::Bool ? TypeKind::Bool
                        : IsFloating(tensor.element())          ? TypeKind::Float
                                                                : TypeKind::Int);
  for (size_t i = 0; i < tensor.dims().size(); ++i) {
    lists = Type::List(std::move(lists));
  }
  const Expectation want = at.want->Of(lists);
  ExprId made = Convert(Of(node, At{at.id, at.span, &want}), want);
  if (TypeOf(made).is_error()) {
    return made;
  }
  std::optional<Value> constant = Fold(function_.exprs, made).value;
  if (!constant) {
    return Add(tensor, at.span, Cast{made});
  }
  Result<Value> value = ToTensor(*constant, tensor, "");
  if (!value.ok()) {
    std::string where = value.error().place.empty() ? "" : fmt::format("at `{}`: ", value.error().place);
    Report(MakeDiagnostic(DiagnosticKind::DimMismatch, at.span, "{}{}", where, value.error().message));
    return AddError(at.span);
  }
  std::vector<std::string> dims;
  std::ranges::transform(value->AsTensor().shape, std::back_inserter(dims), [](int64_t size) { return fmt::format("{}", size); });
  return Add(Type::Tensor(tensor.name(), std::move(dims)), at.span, Constant{*std::move(value)});
}

/// A tensor where one with other dimensions is wanted. Sizes that are not known yet are checked when it runs.
ExprId BodyChecker::ConvertTensor(ExprId value, const Expectation& want, const Type& goal) {
  const Type from = TypeOf(value);
  if (from.name() != goal.name() || from.dims().size() != goal.dims().size()) {
    ReportMismatch(value, want);
    return AddError(SpanOf(value));
  }
  std::vector<std::string> dims = from.dims();
  bool is_checked_later = false;
  for (size_t i = 0; i < dims.size(); ++i) {
    const std::string& wanted = goal.dims()[i];
    bool is_size = goal.FixedDim(i).has_value();
    bool names_any = wanted == kAnyDim || (!is_size && !own_dims_.contains(wanted));
    if (names_any || dims[i] == wanted || dims[i] == kAnyDim) {
      is_checked_later = is_checked_later || (is_size && dims[i] != wanted);
      dims[i] = is_size || (dims[i] == kAnyDim && wanted != kAnyDim) ? wanted : dims[i];
      continue;
    }
    if (is_size && !from.FixedDim(i)) {
      is_checked_later = true;
      dims[i] = wanted;
      continue;
    }
    ReportDims(value, want, dims[i], wanted);
    return AddError(SpanOf(value));
  }
  Type type = Type::Tensor(from.name(), std::move(dims));
  return is_checked_later ? Add(std::move(type), SpanOf(value), Cast{value}) : value;
}

void BodyChecker::ReportDims(ExprId value, const Expectation& want, const std::string& given, const std::string& wanted) {
  Diagnostic diagnostic = MakeDiagnostic(DiagnosticKind::DimMismatch, SpanOf(value), "expected `{}`, found `{}`: {} is not {}",
                                         want.type.ToString(), TypeOf(value).ToString(), given, wanted);
  if (want.place.file.has_value()) {
    diagnostic.secondary.push_back({want.place, want.why});
  }
  if (own_dims_.contains(wanted)) {
    diagnostic.notes.push_back(fmt::format("whoever calls gives `{}` its size", wanted));
  }
  Report(std::move(diagnostic));
}

/// The size as a dimension, where it is known; `_` where it is not. Nothing where it is no size.
std::optional<std::string> BodyChecker::DimOfSize(ExprId size) {
  std::optional<Value> value = Fold(function_.exprs, size).value;
  if (!value || !value->is_int() || value->AsInt() == -1) {
    return std::string(kAnyDim);
  }
  return value->AsInt() >= 0 ? std::optional(fmt::format("{}", value->AsInt())) : std::nullopt;
}

/// How many dimensions the result has must stand in the source.
ExprId BodyChecker::CheckReshape(BoundArguments bound, const Span& span) {
  const Type from = TypeOf(bound.values[0]);
  const auto* list = std::get_if<MakeList>(&function_.exprs[bound.values[1]].node);
  const auto* constant = std::get_if<Constant>(&function_.exprs[bound.values[1]].node);
  std::vector<std::string> dims;
  bool is_faulty = false;
  auto add = [&](const std::optional<std::string>& dim) {
    is_faulty = is_faulty || !dim;
    dims.push_back(dim.value_or(std::string(kAnyDim)));
  };
  if (list != nullptr) {
    const std::vector<ExprId> items = list->items;
    std::ranges::for_each(items, [&](ExprId item) { add(DimOfSize(item)); });
  } else if (constant != nullptr && constant->value.is_list()) {
    for (const Value& item : constant->value.AsList()) {
      add(item.AsInt() == -1 ? std::string(kAnyDim) : fmt::format("{}", item.AsInt()));
      is_faulty = is_faulty || item.AsInt() < -1;
    }
  } else {
    Report(MakeDiagnostic(DiagnosticKind::NotConstant, SpanOf(bound.values[1]), "`tensor.reshape` wants its sizes written as a list")
               .Fix("write each dimension: `[2, -1]`"));
    return AddError(span);
  }
  if (is_faulty || dims.empty() || dims.size() > kMaxTensorRank) {
    Report(MakeDiagnostic(DiagnosticKind::NumberRange, SpanOf(bound.values[1]),
                          "a shape has 1 to {} sizes from 0 on, one of which may be -1", kMaxTensorRank));
    return AddError(span);
  }
  return Add(Type::Tensor(from.name(), std::move(dims)), span, Apply{Operation::TensorReshape, std::move(bound.values)});
}

}  // namespace plait::sema
