// Texts that are too long for a model, cut as the `tokenizers` library cuts them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "runtime/tokenizers/tokenizer.h"

namespace plait {

/// Cuts a text or a pair to `max_tokens` by dropping the last tokens of the first text, as the library's "only_first", and leaves special
/// tokens. `first_ids` are that text's tokens alone. Gives the text as it is where it fits or where its first one is too short to help.
Encoding TruncateFirst(Encoding text, std::span<const int32_t> first_ids, size_t max_tokens);

}  // namespace plait
