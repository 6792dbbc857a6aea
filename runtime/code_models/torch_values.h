// Between plain values and those of LibTorch.
#pragma once

#include <string>

#include <ATen/core/ivalue.h>

#include "compiler/base/result.h"
#include "compiler/base/type.h"
#include "compiler/base/value.h"

namespace plait {

/// A copy: code may write into what it is given. Needs a tensor, an int, a float, a bool or a string.
c10::IValue ToTorch(const Value& value);

/// What code gave, as a value of the declared type: a tensor of its elements; a number or bool also from a tensor without dimensions; a
/// list from a list or tuple; a record from a tuple in the order of its fields or from a dictionary by their names. Sizes of tensors are
/// not compared. Fails with `model-failed`; `what` names the value.
Result<Value> FromTorch(const c10::IValue& value, const Type& type, const std::string& what);

}  // namespace plait
