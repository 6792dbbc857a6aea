// What the sentence-transformers library (Reimers and Gurevych, "Sentence-BERT") writes beside a transformer's own files: how its token
// vectors become one vector of a text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "compiler/base/file_system.h"
#include "compiler/base/result.h"

namespace plait {

/// Which tokens' vectors make the text's: the first's, or for each feature the mean or the greatest of all.
enum class Pooling : uint8_t { FirstToken, Mean, Max };

/// The defaults are those of a folder without modules.json.
struct SentenceFiles {
  Pooling pooling = Pooling::Mean;
  /// Whether the vector is scaled to length 1.
  bool normalizes = false;
  /// Tokens that a text is cut to, special ones included, where the folder tells.
  std::optional<int64_t> max_tokens;
  /// Whether the tokenizer is given small letters only.
  bool lowercases = false;
  /// What was read, each file with its name before it; empty where there was none. For digests.
  std::string text;
};

/// Reads modules.json, the pooling's config.json, and sentence_bert_config.json and config_sentence_transformers.json where they are there.
/// Fails with `model-file-missing` and `model-config-invalid`, and with `model-unsupported` for modules, ways of pooling and prompts that
/// change the vector otherwise; the place is the file.
Result<SentenceFiles> ReadSentenceFiles(const FileSystem& files, const std::string& folder);

}  // namespace plait
