#include "compiler/catalog/source_facts.h"

#include "compiler/base/digest.h"
#include "compiler/base/model_source.h"

namespace plait {

Result<ModelFacts> ReadFactsOf(const FileSystem& files, std::string_view source, const std::string& place) {
  std::optional<ModelSource> parsed = ParseModelSource(source);
  if (!parsed || !IsCodeKind(parsed->kind)) {
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
