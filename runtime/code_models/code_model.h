// Models that are compiled code, TorchScript modules and AOTInductor packages, behind the methods that a program declares for them.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "compiler/base/method_signature.h"
#include "compiler/base/result.h"
#include "runtime/base/task_model.h"

namespace plait {

/// Which code may run. Code can do whatever this process can, so nothing runs that nobody allowed.
struct CodePermission {
  bool allows_all = false;
  /// `sha256:…` of files.
  std::vector<std::string> digests;
};

struct CodeModelSource {
  /// `torchscript:file` or `aoti:file`, as the plan says.
  std::string source;
  /// Where the file lies.
  std::string path;
  /// Of the file that the plan was made for; empty where it was not there.
  std::string digest;
  /// At least one, of an AOTInductor package exactly one.
  std::vector<MethodSignature> methods;
};

/// A method of a TorchScript module is that of its name; the only method of a task may also be the module's `forward`. Fails, always with
/// the file's path, with `model-changed`, `code-not-allowed`, or `model-unsupported` where the file is broken or lacks a method.
///
/// A call checks what goes in and comes out against the declared types. Calls whose first dimensions are a common variable are one call of
/// the code where all else about their shapes is equal. What the code raises is `model-failed`.
Result<std::unique_ptr<TaskModel>> LoadCodeModel(const CodeModelSource& source, const CodePermission& permission);

}  // namespace plait
