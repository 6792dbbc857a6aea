#include "compiler/catalog/code_model.h"

#include <array>

#include "compiler/base/digest.h"

namespace plait {

std::optional<std::string> CodeModelPath(std::string_view source, std::string_view base_folder) {
  for (std::string_view kind : std::array<std::string_view, 2>{"torchscript:", "aoti:"}) {
    if (source.starts_with(kind)) {
      return JoinPath(base_folder, source.substr(kind.size()));
    }
  }
  return std::nullopt;
}

Result<ModelFacts> ReadCodeFacts(const FileSystem& files, const std::string& path) {
  PLAIT_TRY(std::string code, files.ReadFile(path));
  ModelFacts facts;
  facts.folder = path;
  facts.digest = Sha256Digest(code);
  facts.weight_bytes = static_cast<int64_t>(code.size());
  return facts;
}

}  // namespace plait
