// One kind of compiled code each: a file opened, with its methods ready to be called.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include <ATen/core/ivalue.h>

#include "compiler/base/method_signature.h"
#include "compiler/base/result.h"

namespace plait {

/// Calls one method. Throws what the code throws; may be called from several threads at once.
using CompiledMethod = std::function<c10::IValue(std::vector<c10::IValue> arguments)>;

/// One a method, in their order. `code` is the file's content. Both fail with `model-unsupported`, and let what LibTorch throws pass.
Result<std::vector<CompiledMethod>> OpenTorchScript(const std::string& code, const std::vector<MethodSignature>& methods);
Result<std::vector<CompiledMethod>> OpenAoti(const std::string& path, const std::vector<MethodSignature>& methods);

}  // namespace plait
