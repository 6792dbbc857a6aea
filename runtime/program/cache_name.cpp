#include "runtime/program/cache_name.h"

#include <filesystem>
#include <optional>
#include <system_error>

#include "compiler/base/model_source.h"

namespace plait {

std::string CacheName(const plan::Model& model, const std::string& folder) {
  std::optional<ModelSource> source = ParseModelSource(model.source);
  std::error_code ignored;
  return source && source->kind == "hf" ? std::string(source->place)
                                        : std::filesystem::absolute(folder, ignored).lexically_normal().string();
}

}  // namespace plait
