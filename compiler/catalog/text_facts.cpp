#include "compiler/catalog/text_facts.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>
#include <llvm/Support/xxhash.h>

#include "compiler/catalog/metadata_file.h"

namespace plait {
namespace {

constexpr std::string_view kTokenizer = "tokenizer.json";
constexpr std::string_view kTokenizerConfig = "tokenizer_config.json";
constexpr std::string_view kTemplateFile = "chat_template.jinja";
constexpr std::string_view kGenerationConfig = "generation_config.json";

Result<std::optional<int64_t>> ReadModelMaxLength(const MetadataFile& config) {
  const Value* length = config.Find("model_max_length");
  if (length == nullptr) {
    return std::optional<int64_t>();
  }
  bool is_number = length->is_int() || length->is_float();
  if (!is_number || length->AsNumber() < 1) {
    return config.Fail(fmt::format("`model_max_length` is {}, expected a number of tokens", ToJson(*length)));
  }
  // transformers writes 1e30 for "no limit".
  return length->is_int() ? std::optional(length->AsInt()) : std::nullopt;
}

/// A text, or a list of named ones: `[{ "name": "default", "template": "…" }]`.
Result<bool> HasChatTemplate(const MetadataFile& config) {
  const Value* found = config.Find("chat_template");
  if (found == nullptr) {
    return false;
  }
  auto is_named = [](const Value& item) {
    const Value* name = item.Field("name");
    const Value* text = item.Field("template");
    return name != nullptr && name->is_string() && text != nullptr && text->is_string();
  };
  bool is_list = found->is_list() && std::all_of(found->AsList().begin(), found->AsList().end(), is_named);
  if (!found->is_string() && !is_list) {
    return config.Fail(fmt::format("`chat_template` is {}, expected a text or a list of named texts", found->KindName()));
  }
  return found->is_string() || !found->AsList().empty();
}

Result<void> ReadTokenizerConfig(const FileSystem& files, const std::string& folder, ModelFacts& facts) {
  PLAIT_TRY(std::optional<MetadataFile> config, MetadataFile::ReadIfThere(files, folder, kTokenizerConfig, FailureKind::TokenizerInvalid));
  if (!config) {
    return {};
  }
  PLAIT_TRY(facts.model_max_length, ReadModelMaxLength(*config));
  PLAIT_TRY(bool has_template, HasChatTemplate(*config));
  facts.chat_template_file = has_template ? kTokenizerConfig : "";
  return {};
}

/// A file of its own takes the place of the key.
Result<void> ReadTemplateFile(const FileSystem& files, const std::string& folder, ModelFacts& facts) {
  std::string path = JoinPath(folder, kTemplateFile);
  if (!files.IsFile(path)) {
    return {};
  }
  PLAIT_TRY(std::string text, ReadMetadataText(files, path, FailureKind::TokenizerInvalid));
  if (text.find_first_not_of(" \t\r\n") == std::string::npos) {
    return Error{FailureKind::TokenizerInvalid, "the file is empty, expected a chat template", path, {}};
  }
  facts.chat_template_file = kTemplateFile;
  return {};
}

Result<std::optional<int64_t>> OptionalSize(const MetadataFile& config, std::string_view key) {
  if (config.Find(key) == nullptr) {
    return std::optional<int64_t>();
  }
  PLAIT_TRY(int64_t size, config.Size(key));
  return std::optional(size);
}

Result<void> ReadGenerationConfig(const FileSystem& files, const std::string& folder, ModelFacts& facts) {
  PLAIT_TRY(std::optional<MetadataFile> config,
            MetadataFile::ReadIfThere(files, folder, kGenerationConfig, FailureKind::ModelConfigInvalid));
  if (!config) {
    return {};
  }
  PLAIT_TRY(facts.default_max_length, OptionalSize(*config, "max_length"));
  PLAIT_TRY(facts.default_max_new_tokens, OptionalSize(*config, "max_new_tokens"));
  return {};
}

}  // namespace

Result<void> ReadTextFacts(const FileSystem& files, const std::string& folder, ModelFacts& facts) {
  PLAIT_TRY_VOID(ReadTokenizerConfig(files, folder, facts));
  PLAIT_TRY_VOID(ReadTemplateFile(files, folder, facts));
  return ReadGenerationConfig(files, folder, facts);
}

std::string TokenizerDigest(const FileSystem& files, const std::string& folder) {
  const Result<std::string> text = ReadMetadataText(files, JoinPath(folder, kTokenizer), FailureKind::TokenizerInvalid);
  if (!text.ok()) {
    return "";
  }
  const llvm::XXH128_hash_t hash = llvm::xxh3_128bits(llvm::ArrayRef(reinterpret_cast<const uint8_t*>(text->data()), text->size()));
  return fmt::format("xxh3:{:016x}{:016x}", hash.high64, hash.low64);
}

}  // namespace plait
