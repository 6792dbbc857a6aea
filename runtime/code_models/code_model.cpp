#include "runtime/code_models/code_model.h"

#include <algorithm>
#include <cctype>
#include <new>
#include <utility>

#include <c10/core/InferenceMode.h>
#include <fmt/format.h>

#include "compiler/base/convert.h"
#include "compiler/base/digest.h"
#include "compiler/base/file_system.h"
#include "compiler/base/model_source.h"
#include "compiler/base/tensor_values.h"
#include "runtime/code_models/batch.h"
#include "runtime/code_models/compiled_code.h"
#include "runtime/code_models/torch_values.h"
#include "runtime/operators/operators.h"

namespace plait {
namespace {

/// The line of an exception that says what went wrong: LibTorch puts the code's own trace before it and its C++ trace after it.
std::string WhatWentWrong(std::string_view text) {
  constexpr std::string_view kRaised = "RuntimeError: ";
  size_t at = text.rfind(kRaised);
  text.remove_prefix(at == std::string_view::npos ? 0 : at + kRaised.size());
  std::string line(text.substr(0, text.find('\n')));
  return line.empty() ? "it gave no reason" : line;
}

class CodeModel : public TaskModel {
 public:
  CodeModel(std::vector<MethodSignature> signatures, std::vector<CompiledMethod> methods, int64_t bytes)
      : signatures_(std::move(signatures)), methods_(std::move(methods)), bytes_(bytes) {}

  std::vector<Result<Value>> Call(std::string_view method, std::span<const ValueFields> calls, const CallContext& context) const override {
    auto found = std::ranges::find(signatures_, method, &MethodSignature::name);
    if (found == signatures_.end()) {
      Error error{FailureKind::PlanInvalid, fmt::format("the model has no method `{}`", method), "", {}};
      return std::vector<Result<Value>>(calls.size(), error);
    }
    const MethodSignature& signature = *found;
    const CompiledMethod& code = methods_[static_cast<size_t>(found - signatures_.begin())];
    std::vector<Result<Value>> results(calls.size(), Value());
    std::vector<ValueFields> sound;
    std::vector<size_t> places;
    for (size_t i = 0; i < calls.size(); ++i) {
      Result<ValueFields> arguments = InOrder(signature, calls[i]);
      if (arguments.ok()) {
        sound.push_back(*std::move(arguments));
        places.push_back(i);
      } else {
        results[i] = std::move(arguments).error();
      }
    }
    for (const std::vector<size_t>& group : GroupCalls(signature, sound)) {
      std::vector<Result<Value>> parts = RunGroup(signature, code, sound, group, context);
      for (size_t i = 0; i < group.size(); ++i) {
        results[places[group[i]]] = std::move(parts[i]);
      }
    }
    return results;
  }

  [[nodiscard]] bool is_stand_in() const override { return false; }

 private:
  /// The arguments in the order of the parameters, if their dimensions go together.
  static Result<ValueFields> InOrder(const MethodSignature& signature, const ValueFields& given) {
    ValueFields arguments;
    DimBindings dims;
    for (const Type::Field& parameter : signature.parameters) {
      auto found = std::ranges::find(given, parameter.name, [](const auto& field) { return field.first; });
      if (found == given.end()) {
        return Error{FailureKind::PlanInvalid, fmt::format("a call of `{}` lacks `{}`", signature.name, parameter.name), "", {}};
      }
      PLAIT_TRY_VOID(dims.Bind(found->second, parameter.type, fmt::format("`{}`", parameter.name), FailureKind::ArgumentRange));
      if (!ValueFits(found->second, parameter.type, {})) {
        return Error{FailureKind::ArgumentRange,
                     fmt::format("`{}` is {}, expected {}", parameter.name, found->second.KindName(), parameter.type.ToString()),
                     "",
                     {}};
      }
      arguments.push_back(*found);
    }
    return arguments;
  }

  /// Calls that fail together are made one by one, so that a faulty one leaves the others alone.
  std::vector<Result<Value>> RunGroup(const MethodSignature& signature, const CompiledMethod& code, std::span<const ValueFields> calls,
                                      const std::vector<size_t>& group, const CallContext& context) const {
    if (group.size() > 1) {
      JoinedCall joined = JoinCalls(calls, group);
      Result<Value> result = RunOnce(signature, code, joined.arguments, context);
      if (result.ok()) {
        std::vector<Value> parts = SplitResult(*result, joined.rows);
        return {parts.begin(), parts.end()};
      }
    }
    std::vector<Result<Value>> results;
    for (size_t call : group) {
      results.push_back(RunOnce(signature, code, calls[call], context));
    }
    return results;
  }

  Result<Value> RunOnce(const MethodSignature& signature, const CompiledMethod& code, const ValueFields& arguments,
                        const CallContext& context) const {
    PLAIT_TRY_VOID(context.cancellation.Check());
    DimBindings dims;
    std::vector<c10::IValue> inputs;
    for (size_t i = 0; i < arguments.size(); ++i) {
      PLAIT_TRY_VOID(dims.Bind(arguments[i].second, signature.parameters[i].type, fmt::format("`{}`", arguments[i].first),
                               FailureKind::ArgumentRange));
      inputs.push_back(ToTorch(arguments[i].second));
    }
    try {
      c10::InferenceMode inference;
      c10::IValue output = code(std::move(inputs));
      std::string what = fmt::format("what `{}` gave", signature.name);
      PLAIT_TRY(Value result, FromTorch(output, signature.result, what));
      PLAIT_TRY_VOID(dims.Bind(result, signature.result, what, FailureKind::ModelFailed));
      if (context.statistics != nullptr) {
        context.statistics->bytes_streamed += bytes_;
      }
      return result;
    } catch (const std::bad_alloc&) {
      throw;
    } catch (const std::exception& exception) {
      return Error{FailureKind::ModelFailed, fmt::format("the model's code failed: {}", WhatWentWrong(exception.what())), "", {}};
    }
  }

  std::vector<MethodSignature> signatures_;
  std::vector<CompiledMethod> methods_;
  int64_t bytes_;
};

Error Refuse(FailureKind kind, std::string message, const std::string& path) { return {kind, std::move(message), path, {}}; }

Result<void> CheckPermission(const CodeModelSource& source, const CodePermission& permission, const std::string& digest) {
  if (!source.digest.empty() && source.digest != digest) {
    return Refuse(FailureKind::ModelChanged, "the model's file is not the one that the plan was made for", source.path)
        .WithNote("planned", source.digest)
        .WithNote("found", digest)
        .WithNote("fix", "put the file back, or plan again from the source");
  }
  if (permission.allows_all || std::ranges::find(permission.digests, digest) != permission.digests.end()) {
    return {};
  }
  return Refuse(FailureKind::CodeNotAllowed, "this model is compiled code, which can do all that you can, and nothing allows it to run",
                source.path)
      .WithNote("digest", digest)
      .WithNote("fix", "trust it this once: --allow-code-models")
      .WithNote("fix", fmt::format("trust this file from now on, in ~/.config/plait/plait.toml: [code_models] allow = [\"{}\"]", digest));
}

}  // namespace

Result<std::unique_ptr<TaskModel>> LoadCodeModel(const CodeModelSource& source, const CodePermission& permission) {
  PLAIT_TRY(std::string code, MakeRealFileSystem()->ReadFile(source.path));
  PLAIT_TRY_VOID(CheckPermission(source, permission, Sha256Digest(code)));
  bool is_script = ParseModelSource(source.source)->kind == "torchscript";
  Result<std::vector<CompiledMethod>> opened = std::vector<CompiledMethod>();
  if (source.methods.empty()) {
    return Refuse(FailureKind::PlanInvalid, "the plan names no method of the model", source.path);
  }
  try {
    UseOperators();
    opened = is_script ? OpenTorchScript(code, source.methods) : OpenAoti(source.path, source.methods);
  } catch (const std::bad_alloc&) {
    throw;
  } catch (const std::exception& exception) {
    return Refuse(
        FailureKind::ModelUnsupported,
        fmt::format("the file is no {}: {}", is_script ? "TorchScript module" : "AOTInductor package", WhatWentWrong(exception.what())),
        source.path);
  }
  if (!opened.ok()) {
    Error error = std::move(opened).error();
    error.place = source.path;
    return error;
  }
  return std::unique_ptr<TaskModel>(std::make_unique<CodeModel>(source.methods, *std::move(opened), static_cast<int64_t>(code.size())));
}

}  // namespace plait
