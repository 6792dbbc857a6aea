#include "runtime/exec/inputs.h"

#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "compiler/base/convert.h"
#include "compiler/base/tensor_values.h"

namespace plait {

Result<std::vector<Value>> BindInputs(const plan::Entry& entry, const TypeTable& types, const Value& request) {
  if (!request.is_record()) {
    return Error{FailureKind::InputMismatch, fmt::format("expected an object of arguments by name, found {}", request.KindName()), "$", {}};
  }
  std::vector<RecordField> declared;
  for (const plan::Parameter& parameter : entry.parameters) {
    declared.push_back({parameter.name, parameter.type, parameter.default_value});
  }
  Result<ValueList> bound = ConvertFields(request, declared, types, Conversion::Input, "parameter", "$");
  if (!bound.ok()) {
    return std::move(bound).error().WithNote("called", fmt::format("`{}`", entry.name));
  }
  DimBindings dims;
  for (size_t i = 0; i < bound->size(); ++i) {
    Result<void> fits = dims.Bind((*bound)[i], declared[i].type, fmt::format("`{}`", declared[i].name), FailureKind::InputMismatch);
    if (!fits.ok()) {
      Error error = std::move(fits).error();
      error.place = fmt::format("$.{}", declared[i].name);
      return std::move(error).WithNote("called", fmt::format("`{}`", entry.name));
    }
  }
  return *std::move(bound);
}

Result<void> CheckFinite(const Value& value, const std::string& path) {
  if (value.is_float() && !std::isfinite(value.AsFloat())) {
    return Error{FailureKind::Arithmetic, "the result holds a number that is not finite", path, {}};
  }
  if (value.is_tensor()) {
    const Tensor& tensor = value.AsTensor();
    for (size_t i = 0; IsFloating(tensor.element) && i < tensor.count(); ++i) {
      if (!std::isfinite(tensor.Number(i))) {
        return Error{
            FailureKind::Arithmetic, fmt::format("the result holds a number that is not finite, element {} of a tensor", i), path, {}};
      }
    }
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
