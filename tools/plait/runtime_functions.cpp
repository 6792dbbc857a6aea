#include "tools/plait/runtime_functions.h"

#include <dlfcn.h>

#include <utility>

#include <fmt/format.h>

#include "compiler/formats/json.h"

namespace plait {
namespace {

constexpr std::string_view kLibraryName = "libplait_runtime.so";

Result<RuntimeFunctions> OpenRuntime(const World& world) {
  std::string path = JoinPath(world.program_folder, kLibraryName);
  void* library = ::dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (library == nullptr) {
    std::string why = ::dlerror();
    Error error{FailureKind::FileNotFound, "the runtime cannot be loaded", "", {}};
    return std::move(error).WithNote("because", why).WithNote("fix", "build it: tools/quickstart");
  }
  RuntimeFunctions functions;
#define PLAIT_FUNCTION(name) functions.name = reinterpret_cast<decltype(&::name)>(::dlsym(library, #name));
#include "tools/plait/runtime_functions.def"
#undef PLAIT_FUNCTION
  if (functions.plait_api_version == nullptr || functions.plait_api_version() != PLAIT_API_VERSION) {
    Error error{FailureKind::FileNotFound, fmt::format("`{}` is not this version's runtime", path), "", {}};
    return std::move(error).WithNote("fix", "build it again: tools/quickstart");
  }
  return functions;
}

}  // namespace

/// The library stays loaded for the life of the process: LibTorch does not survive being unloaded.
Result<const RuntimeFunctions*> Runtime(const World& world) {
  static const Result<RuntimeFunctions> functions = OpenRuntime(world);
  return functions.ok() ? Result<const RuntimeFunctions*>(&*functions) : Result<const RuntimeFunctions*>(functions.error());
}

RuntimeError TakeError(const RuntimeFunctions& functions, plait_error* error, bool colour) {
  RuntimeError taken{functions.plait_error_code(error), functions.plait_error_text(error, colour ? 1 : 0)};
  functions.plait_error_free(error);
  return taken;
}

Value ParseOwnJson(std::string_view text) {
  Result<Value> value = ParseJson(text, "runtime", FailureKind::InputInvalid);
  return value.ok() ? *value : Value();
}

}  // namespace plait
