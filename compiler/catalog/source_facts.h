// What is known of a model of whatever source.
#pragma once

#include <string>
#include <string_view>

#include "compiler/base/file_system.h"
#include "compiler/base/result.h"
#include "compiler/catalog/model_facts.h"

namespace plait {

/// What the place of a model tells, a folder of weights or a file of code. Of code that is the file's size and digest: nothing else is
/// known without running it.
Result<ModelFacts> ReadFactsOf(const FileSystem& files, std::string_view source, const std::string& place);

}  // namespace plait
