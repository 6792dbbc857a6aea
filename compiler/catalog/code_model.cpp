#include "compiler/catalog/code_model.h"

#include <array>

#include "compiler/base/digest.h"

namespace plait {

std::optional<std::string> CodeModelFile(std::string_view source) {
  for (std::string_view kind : std::array<std::string_view, 2>{"torchscript:", "aoti:"}) {
    if (source.starts_with(kind)) {
      return std::string(source.substr(kind.size()));
    }
  }
  return std::nullopt;
}

Result<ModelFacts> ReadFactsOf(const FileSystem& files, std::string_view source, const std::string& place) {
  if (!CodeModelFile(source)) {
    return ReadModelFacts(files, place);
  }
  PLAIT_TRY(std::string code, files.ReadFile(place));
  ModelFacts facts;
  facts.folder = place;
  facts.digest = Sha256Digest(code);
  facts.weight_bytes = static_cast<int64_t>(code.size());
  return facts;
}

}  // namespace plait
