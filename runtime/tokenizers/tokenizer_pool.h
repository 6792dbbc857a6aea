// One tokenizer for all models whose tokenizer.json is the same.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/base/result.h"
#include "runtime/tokenizers/tokenizer.h"

namespace plait {

/// Keeps the texts of the files, so it is for as long as models are loaded, one after the other; the tokenizers outlive it.
class TokenizerPool {
 public:
  /// The tokenizer of a file with these bytes. Fails as Tokenizer::Parse does; `name` is what messages call the file.
  Result<std::shared_ptr<const Tokenizer>> Get(std::string_view tokenizer_json, std::string_view name);

 private:
  struct Parsed {
    std::string tokenizer_json;
    std::shared_ptr<const Tokenizer> tokenizer;
  };
  std::vector<Parsed> parsed_;
};

}  // namespace plait
