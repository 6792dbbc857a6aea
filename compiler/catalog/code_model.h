// Models that are compiled code: where their files lie, and what they are.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "compiler/base/file_system.h"
#include "compiler/base/result.h"
#include "compiler/catalog/model_facts.h"

namespace plait {

/// The path of `torchscript:file` or `aoti:file`, relative to `base_folder`; nothing where the source is of another kind.
std::optional<std::string> CodeModelPath(std::string_view source, std::string_view base_folder);

/// Size and digest of the file, which is all that is known of code without running it.
Result<ModelFacts> ReadCodeFacts(const FileSystem& files, const std::string& path);

}  // namespace plait
