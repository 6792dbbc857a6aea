// What a call calls.
#pragma once

#include <string>
#include <variant>

#include "compiler/sema/typed_module.h"

namespace plait::sema {

struct ModelMethod {
  ModelId model;
  uint32_t method = 0;
};

struct Callee {
  /// As messages show it: `Gpt2.generate`, `lm.generate`.
  std::string name;
  const Signature* signature = nullptr;
  /// Nothing for what only looks like a call: `hf(…)`.
  std::variant<std::monostate, FunctionId, ModelMethod, Operation> target;
  /// Whoever writes the call may also change the declaration.
  bool is_users_own = false;
};

}  // namespace plait::sema
