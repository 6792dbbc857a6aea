#include "compiler/base/model_source.h"

#include <algorithm>
#include <array>

namespace plait {

std::optional<ModelSource> ParseModelSource(std::string_view text) {
  constexpr std::array<std::string_view, 4> kKinds = {"hf", "path", "torchscript", "aoti"};
  size_t colon = text.find(':');
  std::string_view kind = text.substr(0, colon);
  bool is_known = colon != std::string_view::npos && std::find(kKinds.begin(), kKinds.end(), kind) != kKinds.end();
  return is_known ? std::optional(ModelSource{kind, text.substr(colon + 1)}) : std::nullopt;
}

bool IsCodeKind(std::string_view kind) { return kind == "torchscript" || kind == "aoti"; }

}  // namespace plait
