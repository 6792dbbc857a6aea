// TorchScript modules, as torch.jit.save writes them.
#include <sstream>
#include <utility>

#include <fmt/format.h>
#include <torch/script.h>

#include "runtime/code_models/compiled_code.h"

namespace plait {
namespace {

Error Unsupported(std::string message) { return {FailureKind::ModelUnsupported, std::move(message), "", {}}; }

/// The module's method for a declared one.
Result<torch::jit::Method> FindMethod(const torch::jit::Module& module, const MethodSignature& declared, bool is_only_one) {
  if (auto method = module.find_method(declared.name)) {
    return *method;
  }
  if (auto forward = is_only_one ? module.find_method("forward") : std::nullopt) {
    return *forward;
  }
  std::string names;
  for (const torch::jit::Method& method : module.get_methods()) {
    names += fmt::format("{}`{}`", names.empty() ? "" : ", ", method.name());
  }
  return Unsupported(fmt::format("the module has no method `{}`", declared.name)).WithNote("methods", names.empty() ? "none" : names);
}

/// Arguments are given by position, after the module itself.
Result<void> CheckCount(const torch::jit::Method& method, const MethodSignature& declared) {
  const auto& arguments = method.function().getSchema().arguments();
  size_t most = arguments.size() - 1;
  size_t least = 0;
  for (size_t i = 1; i < arguments.size(); ++i) {
    least += arguments[i].default_value() ? 0 : 1;
  }
  size_t given = declared.parameters.size();
  if (given >= least && given <= most) {
    return {};
  }
  std::string takes = least == most ? fmt::format("{}", most) : fmt::format("{} to {}", least, most);
  return Unsupported(
      fmt::format("the module's method `{}` takes {} arguments, and `{}` is declared", method.name(), takes, declared.ToString()));
}

}  // namespace

Result<std::vector<CompiledMethod>> OpenTorchScript(const std::string& code, const std::vector<MethodSignature>& methods) {
  std::istringstream stream(code);
  torch::jit::Module module = torch::jit::load(stream, at::kCPU);
  module.eval();
  std::vector<CompiledMethod> opened;
  for (const MethodSignature& declared : methods) {
    PLAIT_TRY(torch::jit::Method method, FindMethod(module, declared, methods.size() == 1));
    PLAIT_TRY_VOID(CheckCount(method, declared));
    opened.emplace_back([method](std::vector<c10::IValue> arguments) { return method(std::move(arguments)); });
  }
  return opened;
}

}  // namespace plait
