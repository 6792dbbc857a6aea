// What the files beside config.json tell of a model's texts: its tokenizer's limit, its chat template, how it generates.
#pragma once

#include <string>

#include "compiler/base/file_system.h"
#include "compiler/base/result.h"
#include "compiler/catalog/model_facts.h"

namespace plait {

/// Fills in what tokenizer_config.json, chat_template.jinja and generation_config.json tell; each may be missing. Fails with
/// `tokenizer-invalid` or `model-config-invalid`, whose place is the file.
Result<void> ReadTextFacts(const FileSystem& files, const std::string& folder, ModelFacts& facts);

/// The same for folders whose tokenizer.json has the same bytes; empty where there is none that can be read, or one beyond 64 MiB.
std::string TokenizerDigest(const FileSystem& files, const std::string& folder);

}  // namespace plait
