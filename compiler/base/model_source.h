// Where a model comes from, as plans and locks write it.
#pragma once

#include <optional>
#include <string_view>

namespace plait {

/// `hf:org/name`, `path:folder`, `torchscript:file` or `aoti:file`, taken apart.
struct ModelSource {
  std::string_view kind;
  std::string_view place;
};

/// Nothing where the text begins with no known kind. The place may be empty. Views into the text.
std::optional<ModelSource> ParseModelSource(std::string_view text);

/// Whether what comes from there is compiled code, not weights.
bool IsCodeKind(std::string_view kind);

}  // namespace plait
