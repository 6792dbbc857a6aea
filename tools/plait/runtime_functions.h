// The C interface of the runtime's library, looked up by name. For the files that call it.
#pragma once

#include "compiler/base/result.h"
#include "runtime/c_api/plait.h"
#include "tools/plait/runtime_library.h"

namespace plait {

struct RuntimeFunctions {
#define PLAIT_FUNCTION(name) decltype(&::name) name = nullptr;
#include "tools/plait/runtime_functions.def"
#undef PLAIT_FUNCTION
};

/// Opens the library beside the command, once. Fails with `file-not-found` where it is not there or is another version's.
Result<const RuntimeFunctions*> Runtime(const World& world);

/// The error in words; frees it.
RuntimeError TakeError(const RuntimeFunctions& functions, plait_error* error, bool colour);

/// What the library answered. It writes correct JSON.
Value ParseOwnJson(std::string_view text);

}  // namespace plait
