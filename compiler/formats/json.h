// JSON from outside the project, read with limits.
#pragma once

#include <string_view>

#include "compiler/base/result.h"
#include "compiler/base/value.h"

namespace plait {

inline constexpr int kMaxJsonDepth = 64;

/// Reads one JSON document. Integers outside 64 bits, text that is not UTF-8, nesting beyond `kMaxJsonDepth`, a key that
/// stands twice in one object and anything after the document are refused. Objects become records whose fields keep their order.
/// On failure the error has kind `failure`, begins with what was seen, and its place is `name:line:column` where that is known.
Result<Value> ParseJson(std::string_view text, std::string_view name, FailureKind failure);

/// The same for what Python wrote: an integer beyond 64 bits is the nearest float. transformers writes 1e30 with all its digits where a
/// tokenizer has no limit.
Result<Value> ParseJsonOfPython(std::string_view text, std::string_view name, FailureKind failure);

}  // namespace plait
