// AOTInductor packages, as torch._inductor.aoti_compile_and_package writes them.
#include <algorithm>
#include <memory>
#include <utility>

#include <torch/csrc/inductor/aoti_package/model_package_loader.h>

#include "runtime/code_models/compiled_code.h"

namespace plait {

Result<std::vector<CompiledMethod>> OpenAoti(const std::string& path, const std::vector<MethodSignature>& methods) {
  bool takes_tensors = std::ranges::all_of(methods[0].parameters, [](const Type::Field& field) { return field.type.Is(TypeKind::Tensor); });
  if (methods.size() != 1 || !takes_tensors) {
    return Error{FailureKind::ModelUnsupported, "an AOTInductor package has one method, which takes tensors alone", "", {}};
  }
  auto loader = std::make_shared<torch::inductor::AOTIModelPackageLoader>(path);
  bool gives_one = methods[0].result.Is(TypeKind::Tensor);
  std::vector<CompiledMethod> opened;
  opened.emplace_back([loader, gives_one](const std::vector<c10::IValue>& arguments) -> c10::IValue {
    std::vector<at::Tensor> inputs;
    std::ranges::transform(arguments, std::back_inserter(inputs), [](const c10::IValue& argument) { return argument.toTensor(); });
    std::vector<at::Tensor> outputs = loader->run(inputs);
    if (gives_one && outputs.size() == 1) {
      return outputs[0];
    }
    std::vector<c10::IValue> all(outputs.begin(), outputs.end());
    return c10::ivalue::Tuple::create(std::move(all));
  });
  return opened;
}

}  // namespace plait
